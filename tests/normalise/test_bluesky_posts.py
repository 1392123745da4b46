"""Bluesky posts as they are read: embeds of every kind, replies, languages, labels and texts that a bridge cut."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.language_codes import language_ranges, language_tags
from pipeline.normalise.bluesky.embeds.gif_links import gif_address
from pipeline.post import Link, Media, Post
from pipeline.query.document import describe
from pipeline.query.evaluate import matches
from pipeline.query.parser import parse
from tests.normalise.test_bluesky_facets import DID, link, mention, over, read, shown, tag

QUOTED = "at://did:plc:xyz/app.bsky.feed.post/3kquoted"
PAGE = "https://cdn.bsky.app/img"


def cid(letter: str) -> str:
    return "bafkrei" + letter * 52


def blob(letter: str, kind: str = "image/jpeg") -> dict[str, Any]:
    return {"$type": "blob", "ref": {"$link": cid(letter)}, "mimeType": kind, "size": 5}


def picture(letter: str, alt: Any) -> dict[str, Any]:
    return {"$type": "app.bsky.embed.gallery#image", "image": blob(letter), "alt": alt, "aspectRatio": {}}


def gallery(*items: Any) -> dict[str, Any]:
    return {"$type": "app.bsky.embed.gallery", "items": list(items)}


def external(uri: str, **preview: Any) -> dict[str, Any]:
    return {"$type": "app.bsky.embed.external", "external": {"uri": uri, **preview}}


def quoting(media: Any, uri: Any = QUOTED) -> dict[str, Any]:
    record = {"$type": "app.bsky.embed.record", "record": {"uri": uri, "cid": "c"}}
    return {"$type": "app.bsky.embed.recordWithMedia", "record": record, "media": media}


def pictures(post: Post) -> list[tuple[str, str]]:
    return [(one.url.rsplit("/", 1)[1].removesuffix("@jpeg")[7], one.alt) for one in post.media]


def test_gallery_shows_all_its_pictures_with_their_descriptions() -> None:
    letters = "abcdefghijklmnopqrst"
    post = read("hi", embed=gallery(*(picture(one, f"picture {one}") for one in letters)))
    assert pictures(post) == [(one, f"picture {one}") for one in letters]
    assert post.media[0] == Media(
        "image",
        f"{PAGE}/feed_fullsize/plain/{DID}/{cid('a')}@jpeg",
        f"{PAGE}/feed_thumbnail/plain/{DID}/{cid('a')}@jpeg",
        "picture a",
    )


STRANGERS = [
    {"$type": "app.bsky.embed.gallery#film", "video": blob("z"), "alt": "no"},
    {"$type": "com.example.drawing", "image": blob("z"), "alt": "no"},
    {"$type": 5, "image": blob("z")},
    {"$type": "app.bsky.embed.gallery#image", "image": "none", "alt": "no"},
    {"$type": "app.bsky.embed.gallery#image", "alt": "no"},
    None,
    7,
    [],
]


@pytest.mark.parametrize("stranger", STRANGERS, ids=str)
def test_unknown_item_loses_no_picture_and_no_quote(stranger: Any) -> None:
    post = read("hi", embed=quoting(gallery(picture("a", "one"), stranger, picture("b", 5), picture("c", None))))
    assert pictures(post) == [("a", "one"), ("b", ""), ("c", "")]
    assert post.quote_of == "bluesky:did:plc:xyz/3kquoted"
    images = {"$type": "app.bsky.embed.images", "images": [{"image": blob("a"), "alt": "one"}, stranger]}
    assert pictures(read("hi", embed=images)) == [("a", "one")]


@pytest.mark.parametrize(
    "media", [{"$type": "app.bsky.embed.future", "sound": 5}, {"$type": 5}, None, 5, gallery(), {"items": "x"}], ids=str
)
def test_unknown_media_beside_a_quote_lose_no_quote(media: Any) -> None:
    post = read("hi", embed=quoting(media), facets=[over("hi", "hi", link("https://a.example/"))])
    assert (post.quote_of, post.media) == ("bluesky:did:plc:xyz/3kquoted", [])
    assert [one.url for one in post.links] == ["https://a.example/"]


@pytest.mark.parametrize(
    "record", [None, 5, {"record": 5}, {"uri": 5}, {"record": {"record": {"uri": QUOTED}}}], ids=str
)
def test_unknown_quote_loses_no_media(record: Any) -> None:
    embed = quoting(gallery(picture("a", "one"))) | {"record": record}
    assert (pictures(read("hi", embed=embed)), read("hi", embed=embed).quote_of) == ([("a", "one")], "")


def test_embed_of_another_lexicon_adds_nothing() -> None:
    assert read("hi", embed=gallery(picture("a", "one")) | {"$type": "com.example.gallery"}).media == []


def test_link_preview_is_whole() -> None:
    preview = {"title": "Storm", "description": "It blows", "thumb": blob("a")}
    small = f"{PAGE}/feed_thumbnail/plain/{DID}/{cid('a')}@jpeg"
    url = "https://a.example/storm"
    assert read("hi", embed=external(url, **preview)).links == [Link(url, "Storm", "It blows", small)]
    marked = read("hi", facets=[over("hi", "hi", link(url))], embed=external(url, **preview))
    assert marked.links == [Link(url, "Storm", "It blows", small)]
    assert read("hi", embed=external(url, title=5, description=None, thumb="x")).links == [Link(url)]


@pytest.mark.parametrize(
    ("search", "other"),
    [
        ("$tsla has:cashtags", "$tsl"),
        ("gull", "waves"),
        ('"a gull"', '"gull two"'),
        ("feed url:bsky.app", "list"),
        ("lang:en", "lang:de"),
        ("lang:eng", "lang:ger"),
        ("has:images", "has:videos"),
    ],
)
def test_what_is_read_is_found(search: str, other: str) -> None:
    uri = "at://did:plc:xyz/app.bsky.feed.generator/news"
    embed = quoting(gallery(picture("a", "a gull"), picture("b", "two")), uri)
    found = describe(read("hi", facets=[over("hi", "hi", tag("$TSLA"))], langs=["eng"], embed=embed), None)
    assert matches(parse(search).root, found)
    assert not matches(parse(other).root, found)


TENOR = "https://media.tenor.com/abcAAAAC/cat-wave.gif?hh=400&ww=498"
KLIPY = "https://static.klipy.com/ii/0a1b/2c/3d/cat.gif?hh=400&ww=498&mp4=x&webm=y"
GIPHY = "https://media2.giphy.com/media/v1.abc/xyz123/giphy.gif"


@pytest.mark.parametrize("uri", [TENOR, KLIPY, GIPHY])
@pytest.mark.parametrize(
    ("preview", "alt"),
    [
        ({"title": "Cat", "description": "Alt: a cat waves"}, "a cat waves"),
        ({"title": "Cat", "description": "ALT: Cat Wave GIF"}, "Cat Wave GIF"),
        ({"title": "Cat", "description": "a cat"}, "a cat"),
        ({"title": "Cat", "description": "Alt: "}, "Cat"),
        ({"title": "Cat"}, "Cat"),
        ({}, ""),
    ],
)
def test_gif_of_a_known_host_is_a_gif_and_no_link(uri: str, preview: dict[str, Any], alt: str) -> None:
    small = f"{PAGE}/feed_thumbnail/plain/{DID}/{cid('a')}@jpeg"
    post = read("hi", embed=external(uri, **preview, thumb=blob("a")))
    assert (post.media, post.links, post.hosts) == ([Media("gif", uri, small, alt)], [], [])
    assert read("hi", embed=quoting(external(uri, **preview))).media == [Media("gif", uri, uri, alt)]


def test_gif_whose_address_stands_in_the_text_is_a_link_too() -> None:
    post = read("hi", facets=[over("hi", "hi", link(TENOR))], embed=external(TENOR, title="Cat"))
    assert ([one.type for one in post.media], [one.url for one in post.links]) == (["gif"], [TENOR])


@pytest.mark.parametrize(
    ("uri", "address"),
    [
        ("https://giphy.com/gifs/cat-wave-xyz123", "https://i.giphy.com/media/xyz123/200.webp"),
        ("https://www.giphy.com/gifs/xyz123/", "https://i.giphy.com/media/xyz123/200.webp"),
        ("https://i.giphy.com/xyz123.webp", "https://i.giphy.com/xyz123.webp"),
        ("https://c.tenor.com/abc/cat.gif", "https://c.tenor.com/abc/cat.gif"),
        ("https://giphy.com/explore/cat", ""),
        ("https://tenor.com/view/cat-gif-1", ""),
        ("https://media.tenor.com/", ""),
        ("https://media.tenor.com.example.org/a/cat.gif", ""),
        ("https://notgiphy.com/gifs/cat-xyz123", ""),
        ("https://example.org/media.tenor.com/cat.gif", ""),
        ("https://klipy.com/about", ""),
        ("javascript://media.tenor.com/a/cat.gif", ""),
        ("https://[::1/cat.gif", ""),
    ],
)
def test_only_addresses_of_gifs_are_gifs(uri: str, address: str) -> None:
    assert gif_address(uri) == address


@pytest.mark.parametrize(
    ("presentation", "kind"), [("gif", "gif"), ("default", "video"), (None, "video"), (5, "video")]
)
def test_film_presented_as_a_gif_is_a_gif(presentation: Any, kind: str) -> None:
    embed = {"$type": "app.bsky.embed.video", "video": blob("a", "video/mp4"), "alt": "waves"}
    (film,) = read("hi", embed=embed | {"presentation": presentation}).media
    assert (film.type, film.alt) == (kind, "waves")
    assert film.url == f"https://video.bsky.app/watch/{DID}/{cid('a')}/playlist.m3u8"


@pytest.mark.parametrize(
    ("collection", "url", "title"),
    [
        ("app.bsky.feed.generator", "https://bsky.app/profile/did:plc:xyz/feed/news", "Bluesky feed"),
        ("app.bsky.graph.list", "https://bsky.app/profile/did:plc:xyz/lists/news", "Bluesky list"),
        ("app.bsky.graph.starterpack", "https://bsky.app/starter-pack/did:plc:xyz/news", "Bluesky starter pack"),
        ("app.bsky.labeler.service", "https://bsky.app/profile/did:plc:xyz", "Bluesky labeler"),
    ],
)
def test_quoted_feed_or_list_is_a_named_card(collection: str, url: str, title: str) -> None:
    uri = f"at://did:plc:xyz/{collection}/news"
    alone = read("hi", embed={"$type": "app.bsky.embed.record", "record": {"uri": uri, "cid": "c"}})
    assert (alone.links, alone.hosts, alone.quote_of) == ([Link(url, title)], ["bsky.app"], "")
    beside = read("hi", embed=quoting(gallery(picture("a", "one")), uri))
    assert (beside.links, pictures(beside)) == ([Link(url, title)], [("a", "one")])


@pytest.mark.parametrize(
    "uri", ["at://did:plc:xyz/com.example.thing/1", "at://did:plc:xyz/app.bsky.graph.list/", "x", ""]
)
def test_quote_of_an_unknown_collection_claims_nothing(uri: str) -> None:
    post = read("hi", embed={"$type": "app.bsky.embed.record", "record": {"uri": uri, "cid": "c"}})
    assert (post.links, post.quote_of, post.media) == ([], "", [])


def test_answer_to_another_collection_answers_no_post() -> None:
    elsewhere, post_ref = {"uri": "at://did:plc:xyz/com.example.entry/1", "cid": "c"}, {"uri": QUOTED, "cid": "c"}
    post = read("hi", reply={"parent": elsewhere, "root": elsewhere})
    assert (post.reply_to, post.conversation_id) == (None, f"bluesky:{DID}/3kone")
    assert read("hi", reply={"parent": elsewhere, "root": post_ref}).reply_to is None
    half = read("hi", reply={"parent": post_ref, "root": elsewhere})
    assert half.reply_to is not None
    assert (half.reply_to.id, half.conversation_id) == ("bluesky:did:plc:xyz/3kquoted", "")
    assert read("hi", reply=5).reply_to is None
    assert read("hi", reply={"parent": 5, "root": {"uri": 5}}).reply_to is None


def test_broken_field_costs_only_itself() -> None:
    labels = {"$type": "com.atproto.label.defs#selfLabels", "values": [5, {"val": 5}, {"val": "porn"}]}
    post = read("hi", langs=[5, "eng", None], tags="x", labels=labels, createdAt=5, embed=5, entities=5)
    assert (post.text, post.langs, post.hashtags, post.sensitive) == ("hi", ["en"], [], True)
    assert read("hi", langs="en").langs == []


WORDS = st.sampled_from(
    ["", "$type", "app.bsky.embed.images", "app.bsky.embed.gallery", QUOTED, "$TSLA", "\ud7ff🦋", DID]
)
NAMES = st.sampled_from(
    ["$type", "images", "items", "image", "external", "uri", "record", "media", "features", "index"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**70) | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
FIELDS = ("facets", "entities", "embed", "labels", "tags", "langs", "reply", "createdAt")


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=4))
def test_no_field_costs_the_text(fields: dict[str, Any]) -> None:
    post = read("see #one", tags=["two"], **{name: value for name, value in fields.items() if name != "tags"})
    assert (post.text, post.hashtags[-1]) == ("see #one", "two")
    assert all(0 <= one.start < one.end <= len(post.text) for one in post.entities)


@pytest.mark.parametrize(
    ("code", "tag_"),
    [
        ("eng", "en"),
        ("ENG-us", "en-US"),
        ("deu", "de"),
        ("ger", "de"),
        ("zho-hant-tw", "zh-Hant-TW"),
        ("chi", "zh"),
        ("por_br", "pt-BR"),
        ("heb", "he"),
        ("fil", "fil"),
        ("nds", "nds"),
        ("und", ""),
        ("mul", ""),
        ("engl", ""),
    ],
)
def test_language_has_its_shortest_code(code: str, tag_: str) -> None:
    assert language_tags([code]) == ([tag_] if tag_ else [])
    assert read("hi", langs=[code]).lang == tag_
    if tag_:
        assert language_ranges(code)[0] == tag_.partition("-")[0]


CUT = "[spoiler]\n\nWe met @bob.example at #snow and walked a long way…\n\n[Original post on social.example]"
WHOLE = (
    '<p>We met <a class="u-url mention" href="https://bsky.brid.gy/bob.example">@bob.example</a> at '
    '<a class="hashtag" rel="tag" href="https://social.example/tags/snow">#snow</a> and walked a long way<br>home, '
    'past <a class="hashtag" rel="tag" href="https://social.example/tags/ice">#ice</a>, '
    '<a class="u-url mention" href="https://social.example/@zoe">@zoe</a> and '
    '<a href="https://a.example/map?x=1"><span class="invisible">https://</span><span class="ellipsis">a.example/m'
    '</span><span class="invisible">ap?x=1</span></a></p><p class="quote-inline">RE: <a href="https://b.example/1">b</a></p>'
)


def test_text_that_a_bridge_cut_is_whole() -> None:
    suffix = "[Original post on social.example]"
    original = link("https://social.example/@ann/1")
    facets = [over(CUT, "@bob.example", mention()), over(CUT, "#snow", tag("snow")), over(CUT, suffix, original)]
    quote = {"$type": "app.bsky.embed.record", "record": {"uri": QUOTED, "cid": "c"}}
    post = read(CUT, facets=facets, bridgyOriginalText=WHOLE, bridgyOriginalUrl="https://x.example", embed=quote)
    assert post.text == (
        "[spoiler]\n\nWe met @bob.example at #snow and walked a long way\nhome, past #ice, @zoe and a.example/m…"
    )
    assert shown(post) == [
        ("mention", "@bob.example", "bob.example"),
        ("hashtag", "#snow", "snow"),
        ("hashtag", "#ice", "ice"),
        ("link", "a.example/m…", "https://a.example/map?x=1"),
    ]
    assert (post.hashtags, post.mentions) == (["snow", "ice"], ["bob.example"])
    assert [one.url for one in post.links] == ["https://a.example/map?x=1", "https://social.example/@ann/1"]
    assert "RE: b" in read(CUT, facets=facets, bridgyOriginalText=WHOLE).text


def test_long_warning_hides_no_cut() -> None:
    warning = f"[{'spoiler ' * 20}]\n\n"
    assert read(f"{warning}one two…", bridgyOriginalText="<p>one two three</p>").text == f"{warning}one two three"
    assert read(f"{warning}one two", bridgyOriginalText=f"{warning}one two").text == f"{warning}one two"


@pytest.mark.parametrize("original", ["", None, 5, "<p>We <b>met</b></p>", "We met", "<p></p>"])
def test_text_that_no_bridge_cut_stays_as_the_network_shows_it(original: Any) -> None:
    post = read("_We_ met", facets=[over("_We_ met", "met", link("https://a.example/"))], bridgyOriginalText=original)
    assert (post.text, shown(post)) == ("_We_ met", [("link", "met", "https://a.example/")])


def test_plain_text_that_a_bridge_cut_is_whole_and_bounded() -> None:
    post = read("one two…", bridgyOriginalText="one two three #four $FIVE")
    assert (post.text, post.hashtags, post.cashtags) == ("one two three #four $FIVE", ["four"], ["FIVE"])
    assert len(read("one…", bridgyOriginalText="one " * 100_000).text) <= 100_000
