"""Entities of a Mastodon status: makes links, hashtags, mentions and emoji of what its text shows.

The HTML's links are read first. Tags and mentions that the status names, and that the text shows without a link, are
found in the text. Servers name tags folded ("aero" for "#Ærø"): the text's own spelling is kept, once.
Sources: Mastodon 4.5 `app/lib/hashtag_normalizer.rb` and `text_formatter.rb`; Misskey 2025 `MfmService.ts`; Akkoma 3
`formatter.ex`; Takahē 0.11 `core/html.py`; Friendica 2024 `Content/Text/BBCode.php`; WordPress ActivityPub 7
`class-hashtag.php`.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect
from collections import Counter
from collections.abc import Container, Iterable, Iterator
from urllib.parse import parse_qs, unquote, urlsplit

from pipeline.normalise.mastodon.account_names import Mentioned, handle_of_anchor
from pipeline.normalise.mastodon.wire import MastodonEmoji
from pipeline.normalise.text.character_classes import is_tag_character, is_tag_letter
from pipeline.normalise.text.distinct_values import distinct_ignoring_case
from pipeline.normalise.text.html_to_text import Anchor
from pipeline.normalise.text.tag_detection import find_hashtags, find_mentions
from pipeline.post import Emoji, Entity, Link, Post

MAX_EMOJIS = 200
MAX_EMOJI_NAME_CHARS = 100
_TAG_PATHS = frozenset({"tag", "tags", "hashtag", "hashtags"})
_TAG_PARAMETERS = ("tag", "q", "query")
_SIGNS = "#＃"
_AT_SIGNS = "@＠"
_FOLDED_LETTERS = str.maketrans({
    "æ": "ae", "œ": "oe", "ø": "o", "ß": "ss", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ı": "i", "ħ": "h",
    "ŋ": "n", "ŧ": "t", "ĸ": "k", "ſ": "s", "ŉ": "n",
})  # fmt: skip
"""Letters that have no marks to drop, and their folded forms."""


def fold_tag_name(name: str) -> str:
    """Return a hashtag as servers fold it to compare: lower case, to ASCII where possible, without other signs."""
    folded = unicodedata.normalize("NFKC", name).casefold().translate(_FOLDED_LETTERS)
    bare = "".join(char for char in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(char))
    return "".join(char for char in (bare or folded) if is_tag_character(char))


def add_anchors(post: Post, anchors: Iterable[Anchor], mentions: list[Mentioned], tags: Container[str]) -> None:
    """Add the links of the HTML, in order, as hashtags, mentions or links. `tags` has the folded tags of the status."""
    urls = {link.url for link in post.links}
    for anchor in anchors:
        start, end = anchor.start, anchor.end
        shown = post.text[start:end]
        before = post.text[start - 1 : start] if start else ""
        if tag := _hashtag_of(anchor, shown, before, tags):
            post.hashtags.append(tag)
            if shown[0] in _SIGNS or _is_sign(before, _SIGNS):
                _append_span(post, Entity("hashtag", start if shown[0] in _SIGNS else start - 1, end, tag))
        elif found := _mention_of(anchor, shown, before, mentions):
            handle, account = found
            post.mentions.append(handle)
            has_sign_before = _is_sign(before, _AT_SIGNS) and shown[:1] not in _AT_SIGNS
            _append_span(post, Entity("mention", start - 1 if has_sign_before else start, end, handle, account))
        elif anchor.href.startswith(("https://", "http://")):
            _append_span(post, Entity("link", start, end, anchor.href))
            if anchor.href not in urls:
                urls.add(anchor.href)
                post.links.append(Link(anchor.href))


def _is_sign(char: str, signs: str) -> bool:
    return char != "" and char in signs


def _append_span(post: Post, entity: Entity) -> None:
    """Add an entity after all others; one that is empty or overlaps the last is left out."""
    if entity.start < entity.end and (not post.entities or post.entities[-1].end <= entity.start):
        post.entities.append(entity)


def _insert_spans(post: Post, found: Iterable[Entity]) -> list[Entity]:
    """Add entities that overlap none that is known, and return them. Those of `found` do not overlap each other."""
    starts = [entity.start for entity in post.entities]
    added = []
    for entity in found:
        at = bisect(starts, entity.start)
        is_free = at == 0 or post.entities[at - 1].end <= entity.start
        if is_free and (at == len(starts) or entity.end <= starts[at]):
            added.append(entity)
    if added:
        post.entities = sorted([*post.entities, *added], key=lambda one: one.start)
    return added


def _hashtag_of(anchor: Anchor, shown: str, before: str, tags: Container[str]) -> str:
    """Return the tag, as written, of a link that leads to the posts with a hashtag; "" where it does not."""
    if not shown:
        return ""
    signed = shown[0] in _SIGNS or _is_sign(before, _SIGNS)
    tag = shown[1:] if shown[0] in _SIGNS else shown
    marked = "hashtag" in anchor.classes or "tag" in anchor.rel
    if signed and (marked or "mention" in anchor.classes) and tag and not any(char.isspace() for char in tag):
        return tag
    if not all(map(is_tag_character, tag)) or not any(map(is_tag_letter, tag)):
        return ""
    if signed:
        return tag if fold_tag_name(tag) in tags or _leads_to_tag(anchor.href, tag) else ""
    return tag if marked and _leads_to_tag(anchor.href, tag) else ""


def _leads_to_tag(href: str, tag: str) -> bool:
    """Return whether an address is that of a page about a tag: /tags/cats, /tag/cats, ?tag=cats, ?q=%23cats."""
    try:
        parts = urlsplit(href)
    except ValueError:
        return False
    steps = [step for step in unquote(parts.path).split("/") if step]
    named = [steps[-1]] if len(steps) > 1 and steps[-2].lower() in _TAG_PATHS else []
    query = parse_qs(parts.query, max_num_fields=50) if len(parts.query) < 2_000 and parts.query.count("&") < 50 else {}
    named += [value.lstrip("#") for name in _TAG_PARAMETERS for value in query.get(name, ())]
    wanted = fold_tag_name(tag)
    return any(fold_tag_name(name) == wanted for name in named)


def _mention_of(anchor: Anchor, shown: str, before: str, mentions: list[Mentioned]) -> tuple[str, str] | None:
    """Return handle and id ("" if not known) of the account that a link mentions."""
    for one in mentions:
        if one.url and one.url == anchor.href:
            return one.handle, one.id
    signed = _is_sign(shown[:1], _AT_SIGNS) or _is_sign(before, _AT_SIGNS)
    if not shown or not signed or not (anchor.classes & {"mention", "u-url"} or shown.count("@") > 1):
        return None
    handle = handle_of_anchor(shown, anchor.href, mentions)
    if not handle:
        return None
    known = next((one.id for one in mentions if one.handle == handle), "")
    return handle, known


def add_unlinked(post: Post, mentions: list[Mentioned], tags: dict[str, str]) -> None:
    """Add the mentions and tags that a status names and no link shows, with their spans where the text shows them.

    `tags` maps the folded form of a tag to the name that the server gives.
    """
    if tags:
        spans = [Entity("hashtag", one.start, one.end, one.value) for one in find_hashtags(post.text)]
        added = _insert_spans(post, [one for one in spans if fold_tag_name(one.value) in tags])
        post.hashtags += [one.value for one in added]
    shown_tags = {fold_tag_name(tag) for tag in post.hashtags}
    named_only = sorted(name for folded, name in tags.items() if folded not in shown_tags)
    post.hashtags = distinct_ignoring_case(post.hashtags + named_only)
    named = {handle.casefold() for handle in post.mentions}
    unseen = [one for one in mentions if one.handle.casefold() not in named]
    if unseen:
        names = Counter(one.name for one in unseen)
        by_name = {one.name: one for one in unseen if names[one.name] == 1}
        spans = [
            Entity("mention", at.start, at.end, by_name[at.value.casefold()].handle, by_name[at.value.casefold()].id)
            for at in find_mentions(post.text)
            if at.value.casefold() in by_name and not at.slug
        ]
        _insert_spans(post, spans)
    post.mentions = distinct_ignoring_case(post.mentions + [one.handle for one in unseen])


def add_emojis(post: Post, emojis: Iterable[MastodonEmoji], *more_texts: str) -> None:
    """Add the server's own emoji that the text shows, with their spans, and those that `more_texts` show."""
    known = {emoji.name: emoji for emoji in read_emojis(emojis)}
    if not known:
        return
    _insert_spans(post, [Entity("emoji", start, end, name) for name, start, end in _shown_emojis(post.text, known)])
    used = {entity.value for entity in post.entities if entity.type == "emoji"}
    used |= {name for text in more_texts for name, _, _ in _shown_emojis(text, known)}
    post.emojis = [emoji for name, emoji in known.items() if name in used]


def emojis_in(emojis: Iterable[MastodonEmoji], *texts: str) -> list[Emoji]:
    """Return those of a server's own emoji that some texts write as `:name:`."""
    known = {emoji.name: emoji for emoji in read_emojis(emojis)}
    used = {name for text in texts for name, _, _ in _shown_emojis(text, known)} if known else set()
    return [emoji for name, emoji in known.items() if name in used]


def read_emojis(emojis: Iterable[MastodonEmoji]) -> list[Emoji]:
    """Return a server's own emoji with usable names and addresses, at most `MAX_EMOJIS`."""
    found = []
    for one in emojis:
        name, url = one.shortcode.strip(":"), one.static_url or one.url or ""
        if 0 < len(name) <= MAX_EMOJI_NAME_CHARS and url.startswith(("https://", "http://")) and _NAME.fullmatch(name):
            found.append(Emoji(name, url))
    return found[:MAX_EMOJIS]


_NAME = re.compile(r"[^\s:]+")
_WRITTEN = re.compile(r"(?<![^\W_]):([^\s:]{1,100}):(?![^\W_])")
"""A name between colons, no letter or digit beside them (Mastodon's `CustomEmoji::SCAN_RE`)."""


def _shown_emojis(text: str, known: dict[str, Emoji]) -> Iterator[tuple[str, int, int]]:
    """Yield name and span of each known emoji in a text."""
    at = 0
    while found := _WRITTEN.search(text, at):
        if found[1] in known:
            yield found[1], found.start(), found.end()
            at = found.end()
        else:
            at = found.end() - 1
