"""Hypothesis strategies: posts and searches out of one small vocabulary, so that they hit each other often.

Used by every agreement test (brute force, matcher, stores): `posted()` gives a post with its original, `queries()` a
parsed search, `query_texts()` its text, `documents()` a searchable document.
"""

from __future__ import annotations

from hypothesis import reject
from hypothesis import strategies as st

from pipeline.errors import QueryError
from pipeline.post import Author, Counts, Emoji, Entity, Link, Media, Poll, PollOption, Post, ReplyTo
from pipeline.query.document import Document, describe
from pipeline.query.parser import parse
from pipeline.query.tree import Query

NOW_MS = 1_795_478_400_000
"""The clock of all these searches: 2026-11-24T00:00Z."""

MINUTE_MS = 60_000
WORDS = (
    *("cats", "Cat", "catalogue", "dogs", "snow", "Snowing", "ice", "cream", "a", "x1"),
    *("coca-cola", "it's", "café", "cafe\u0301", "STRASSE", "straße", "ﬁsh", "naïve", "ca\u00adts"),
    *("привет", "мир", "日本", "東京", "日本語", "ラーメン", "สวัสดี", "안녕", "مرحبا", "می\u200cخواهم"),
    *("İstanbul", "ISTANBUL", "istanbul", "مرحـــبا", "مَرْحَبًا", "שָׁלוֹם", "שלום", "ᏣᎳᎩ", "ꮳꮃꭹ"),
    *("👍", "👍🏽", "👩\u200d👩\u200d👧", "🇩🇪", "❤️", "❤", "1️⃣", "#️⃣"),
)
COMMON = ("cats", "dogs", "snow", "a")
"""Words that are half of all words drawn; otherwise phrases and proximity would hardly ever match."""

SEPARATORS = (" ", " ", " ", ", ", "! ", " - ", "-", "\n", " … ", "。", "/", "_")
PREFIXES = ("ca", "cat", "sno", "dog", "при", "cr", "str", "안녕", "مر")
TAGS = ("snow", "Cats", "日本", "Straße")
HANDLES = ("alice", "Bob", "carol.example.com", "dave@example.social")
SYMBOLS = ("TSLA", "btc")
LANGS = ("en", "ja", "de", "ru", "en-GB", "zh-TW", "zh-Hant-TW")
SOURCES = ("x", "bluesky", "mastodon", "demo")
LINKS = (
    ("https://en.wikipedia.org/wiki/Snow", "en.wikipedia.org/wiki/Sn…", "en.wikipedia.org"),
    ("https://example.com/cats/dogs?ice=cream", "example.com/cats/dogs?ice=…", "example.com"),
    ("http://news.example.com/%D0%BC%D0%B8%D1%80", "news.example.com", "news.example.com"),
    ("https://www.xn--bcher-kva.de/ice_(cream)", "this page", "www.xn--bcher-kva.de"),
)
NUMBERS = (0, 1, 9, 10, 99, 100, 1000)
IDS = tuple(f"x:{number}" for number in range(1, 7))

_MIXED = COMMON * (len(WORDS) // len(COMMON)) + WORDS
_words = st.sampled_from(_MIXED)

# One choice covers a word and its separator, because the number of choices decides the cost of an example.
texts = st.lists(st.sampled_from([word + separator for word in _MIXED for separator in SEPARATORS]), max_size=9).map(
    lambda pieces: "".join(pieces).strip()
)


@st.composite
def posts(draw: st.DrawFn, *, ids: st.SearchStrategy[str] | None = None) -> Post:
    """Draw a post with content of its own (it may answer or quote another)."""
    text = draw(texts)
    entities: list[Entity] = []
    links: list[Link] = []
    hosts: list[str] = []
    for url, display, host in draw(st.lists(st.sampled_from(LINKS), max_size=2)):
        links.append(Link(url, draw(_side_texts)))
        hosts.append(host)
        if draw(st.booleans()):
            start = len(text) + 1
            text = f"{text} {display}"
            entities.append(Entity("link", start, len(text), url))
    tags = draw(st.lists(st.sampled_from(TAGS), max_size=2))
    mentions = draw(st.lists(st.sampled_from(HANDLES), max_size=1))
    symbols = draw(st.lists(st.sampled_from(SYMBOLS), max_size=1))
    for sign, values in (("#", tags), ("@", mentions), ("$", symbols)):
        text += "".join(f" {sign}{value}" for value in values)
    emojis = []
    if draw(st.booleans()):
        emojis = [Emoji("cats", "https://example.com/e")]
        entities.append(Entity("emoji", len(text), len(text) + len(":cats:"), "cats"))
        text += ":cats:"
    langs = draw(st.lists(st.sampled_from(LANGS), max_size=2, unique=True))
    source = draw(st.sampled_from(SOURCES))
    created_at = NOW_MS - draw(st.integers(0, 5)) * 30 * MINUTE_MS
    return Post(
        id=draw(ids if ids is not None else st.sampled_from(IDS)),
        version=draw(st.integers(1, 3)),
        source=source,
        created_at=created_at,
        received_at=NOW_MS,
        text=text,
        entities=entities,
        lang=langs[0] if langs else "",
        langs=langs,
        author=draw(authors()),
        counts=draw(counts()),
        reply_to=draw(st.none() | replies()),
        conversation_id=draw(st.sampled_from(("", *IDS[:2]))),
        quote_of=draw(st.sampled_from(("", "", *IDS[:2]))),
        hashtags=tags,
        cashtags=symbols,
        mentions=mentions,
        links=links,
        hosts=hosts,
        media=[Media(kind, f"https://example.com/{kind}", alt=draw(_side_texts)) for kind in draw(_media)],
        sensitive=draw(st.booleans()),
        poll=draw(st.none() | st.just(Poll([PollOption("cats"), PollOption("ice :cats: cream")]))),
        emojis=emojis,
    )


_known = st.none() | st.sampled_from(NUMBERS)
_side_texts = st.sampled_from(("", "", "snow", "ice cream", "dogs and cats"))
_media = st.lists(st.sampled_from(("image", "video", "gif")), max_size=2)


def counts() -> st.SearchStrategy[Counts]:
    """Give reactions, some of them unknown."""
    return st.builds(Counts, replies=_known, reposts=_known, quotes=_known, likes=_known)


def authors() -> st.SearchStrategy[Author]:
    """Give authors whose ids are not their handles."""
    return st.builds(
        lambda handle, name, bio, followers, verified: Author(
            id=f"id{HANDLES.index(handle)}",
            handle=handle,
            name=name,
            bio=bio,
            followers=followers,
            verified=verified,
            bot=handle == "Bob",
        ),
        st.sampled_from(HANDLES),
        texts,
        texts,
        _known,
        st.booleans(),
    )


def replies() -> st.SearchStrategy[ReplyTo]:
    """Give posts and people that a post answers."""
    return st.builds(
        ReplyTo, id=st.sampled_from(("", *IDS)), author=st.sampled_from(("", "id0")), handle=st.sampled_from(HANDLES)
    )


@st.composite
def reposts(draw: st.DrawFn, original_id: str, *, ids: st.SearchStrategy[str] | None = None) -> Post:
    """Draw a repost: no content of its own."""
    return Post(
        id=draw(ids if ids is not None else st.sampled_from(("x:91", "x:92"))),
        version=draw(st.integers(1, 3)),
        source=draw(st.sampled_from(SOURCES)),
        created_at=NOW_MS - draw(st.integers(0, 5)) * 30 * MINUTE_MS,
        received_at=NOW_MS,
        author=draw(authors()),
        counts=draw(counts()),
        repost_of=original_id,
    )


@st.composite
def posted(draw: st.DrawFn) -> tuple[Post, Post | None]:
    """Draw a post, or a repost with its original, or a repost whose original never came."""
    post = draw(posts())
    shape = draw(st.sampled_from(("post", "post", "repost", "alone")))
    if shape == "post":
        return post, None
    again = draw(reposts(post.id))
    return again, post if shape == "repost" else None


def documents() -> st.SearchStrategy[Document]:
    """Give the documents of `posted`."""
    return posted().map(lambda pair: describe(*pair))


def _phrase() -> st.SearchStrategy[str]:
    few = st.lists(st.sampled_from(COMMON), min_size=2, max_size=3)
    inside = (few | st.lists(_words, min_size=1, max_size=3)).map(" ".join)
    return st.builds(lambda words, slop: f'"{words}"{slop}', inside, st.sampled_from(("", "", "~0", "~1", "~4")))


def _ranges() -> st.SearchStrategy[str]:
    low = st.sampled_from(NUMBERS)
    return st.one_of(
        low.map(lambda n: f"{n}.."),
        low.map(lambda n: f"..{n}"),
        low.map(str),
        st.tuples(low, low).map(lambda pair: f"{min(pair)}..{max(pair)}"),
    )


def _valued(names: tuple[str, ...], values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(lambda name, value: f"{name}:{value}", st.sampled_from(names), values)


leaves = st.one_of(
    _words,
    _phrase(),
    _phrase(),
    st.sampled_from(PREFIXES).map(lambda prefix: f"{prefix}*"),
    st.sampled_from(TAGS).map(lambda tag: f"#{tag}"),
    st.sampled_from(HANDLES).map(lambda handle: f"@{handle}"),
    st.sampled_from(SYMBOLS).map(lambda symbol: f"${symbol}"),
    _valued(("from", "to", "reposts_from", "mentions"), st.sampled_from((*HANDLES, "@alice", "id0", "id1"))),
    _valued(
        ("url", "domain"), st.sampled_from(("example.com", "wikipedia.org", "bücher.de", "/wiki/snow", "cats", "мир"))
    ),
    st.sampled_from([url for url, _, _ in LINKS]),
    _valued(("lang",), st.sampled_from((*LANGS, "und", "en-GB", "zh-tw", "zh-hant", "zh"))),
    _valued(("source",), st.sampled_from(SOURCES)),
    _valued(("is",), st.sampled_from(("repost", "retweet", "reply", "quote", "sensitive", "verified", "bot"))),
    _valued(("has", "filter"), st.sampled_from(("links", "media", "images", "videos", "poll", "mentions", "hashtags"))),
    _valued(("conversation", "reply_to", "repost_of", "quote_of"), st.sampled_from(IDS)),
    _valued(("bio", "name"), st.sampled_from(("cats", '"ice cream"', "日本", "👍", "coca-cola"))),
    _valued(("followers", "likes", "reposts", "replies", "quotes"), _ranges()),
    _valued(("min_faves", "min_retweets"), st.sampled_from(NUMBERS).map(str)),
    _valued(
        ("since", "until"), st.sampled_from(("1h", "90m", "2026-11-23", "2026-11-23T23:00Z", "2026-11-24T00:30+02:00"))
    ),
    _valued(("sample",), st.sampled_from(("1", "50", "100"))),
    st.just("*"),
)


_LIMITS = ("too_long", "too_many_terms", "too_deep")
_SHAPES = ("and", "and", "AND", "or", "or", "not", "not", "NOT", "not both", "not either", "none of neither")


@st.composite
def query_texts(draw: st.DrawFn, max_leaves: int = 6) -> str:
    """Draw a search as a person might type it, always a valid one."""
    parts = draw(st.lists(leaves, min_size=1, max_size=max_leaves))
    while len(parts) > 1:
        left, right = parts.pop(draw(st.integers(0, len(parts) - 1))), parts.pop()
        parts.append(_joined(draw(st.sampled_from(_SHAPES)), left, right, draw(leaves)))
    try:
        parse(parts[0], NOW_MS)
    except QueryError as error:
        if error.code not in _LIMITS:
            raise
        reject()
    return str(parts[0])


def _joined(shape: str, left: str, right: str, third: str) -> str:
    return {
        "and": f"({left} {right})",
        "AND": f"({left}) AND ({right})",
        "or": f"({left} OR {right})",
        "not": f"({left} -({right}))",
        "NOT": f"({left} NOT {third})",
        "not both": f"{left} -({right} -{third})",
        "not either": f"{left} -({right} OR {third})",
        "none of neither": f"-(-({left}) -({right}))",
    }[shape]


def queries(max_leaves: int = 6) -> st.SearchStrategy[Query]:
    """Give parsed searches at the clock `NOW_MS`."""
    return query_texts(max_leaves=max_leaves).map(lambda text: parse(text, NOW_MS))
