"""Rich-text facets of a Bluesky post: turns its marked spans into entities, hashtags, cashtags, mentions and links.

Facets count bytes of UTF-8, the `entities` of 2022 and 2023 units of UTF-16; both become code points. Each is read
alone, by the `$type` of its features. Of spans that overlap the earlier is drawn, of those with one beginning the
longer. What cannot be drawn still counts as a link, tag or mention of the post.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from msgspec import Raw

from pipeline.normalise.bluesky.account_handles import mentioned_handle
from pipeline.normalise.bluesky.record_wire import (
    FACET_TYPE,
    FacetFeature,
    OldEntity,
    PostRecord,
    RichTextFacet,
    decode_byte_range,
    decode_facet,
    decode_feature,
    decode_old_entity,
    decode_slice,
    readable,
    readable_items,
)
from pipeline.normalise.bluesky.tag_signs import is_cashtag, tag_of
from pipeline.normalise.text.distinct_values import distinct_ignoring_case
from pipeline.post import Entity, Link, Post

MAX_FACETS = 1_000
"""Most facets of a post that are read."""

MAX_FEATURES = 20
"""Most features of a facet that are read."""

_OLD_FEATURES = {"link": "uri", "mention": "did"}
"""Type of an old entity → the field of the feature that means the same."""


class Mark(NamedTuple):
    """Features of a span of code points, start inclusive, end exclusive; an empty span cannot be drawn."""

    start: int
    end: int
    features: list[FacetFeature]


def facet_marks(text: str, record: PostRecord) -> list[Mark]:
    """Return the marks of a record's text: its facets, or its old entities where it has no facets."""
    facets = readable_items(decode_facet, record.facets, MAX_FACETS)
    found = [(facet, readable_items(decode_feature, facet.features, MAX_FEATURES)) for facet in facets]
    if any(features for _, features in found):
        return _byte_marks(text, [one for one in found if one[1]])
    return _old_marks(text, readable_items(decode_old_entity, record.entities, MAX_FACETS))


def mentioned_accounts(text: str, facets: Raw) -> dict[str, bool]:
    """Return the DIDs of the accounts that facets mention → whether the text shows a handle there."""
    record = PostRecord(text, facets=facets)
    found: dict[str, bool] = {}
    for mark in facet_marks(text, record):
        for feature in mark.features:
            entity = _entity(feature, mark, text[mark.start : mark.end], {})
            if entity is not None and entity.type == "mention":
                found[entity.id] = found.get(entity.id, True) and entity.value != entity.id
    return found


def add_marks(post: Post, marks: list[Mark], handles: Mapping[str, str]) -> None:
    """Give a post the entities, tags, mentions and links of its marks.

    Args:
        post: the post, with its text.
        marks: the marks of that text.
        handles: the known handles, by DID.
    """
    position = 0
    urls = [link.url for link in post.links]
    for mark in sorted(marks, key=lambda one: (one.start >= one.end, one.start, -one.end)):
        shown = post.text[mark.start : mark.end]
        settled = mark.start < position or not shown.strip()
        for feature in mark.features:
            entity = _entity(feature, mark, shown, handles)
            if entity is None:
                continue
            _count(post, entity, urls)
            if not settled and _is_drawable(entity, shown):
                post.entities.append(entity)
                position, settled = mark.end, True
    post.links = [Link(url) for url in dict.fromkeys(urls)]
    post.mentions = distinct_ignoring_case(post.mentions)
    post.hashtags = distinct_ignoring_case(post.hashtags)
    post.cashtags = distinct_ignoring_case(post.cashtags)


def _entity(feature: FacetFeature, mark: Mark, shown: str, handles: Mapping[str, str]) -> Entity | None:
    """Return what a feature means; None where its type is not known, or its value is none of that type."""
    kind = feature.type.removeprefix(FACET_TYPE) if feature.type.startswith(FACET_TYPE) else ""
    if kind == "link" and isinstance(feature.uri, str) and feature.uri:
        uri = feature.uri if ":" in feature.uri else f"https://{feature.uri}"
        return Entity("link", mark.start, mark.end, uri)
    if kind == "mention" and isinstance(feature.did, str) and feature.did.startswith("did:"):
        return Entity("mention", mark.start, mark.end, mentioned_handle(feature.did, shown, handles), feature.did)
    if kind == "tag" and isinstance(feature.tag, str) and tag_of(feature.tag):
        type_ = "cashtag" if is_cashtag(feature.tag) else "hashtag"
        return Entity(type_, mark.start, mark.end, tag_of(feature.tag))
    return None


def _count(post: Post, entity: Entity, urls: list[str]) -> None:
    match entity.type:
        case "link":
            urls.append(entity.value)
        case "mention":
            post.mentions.append(entity.value)
        case "hashtag":
            post.hashtags.append(entity.value)
        case "cashtag":
            post.cashtags.append(entity.value)


def _is_drawable(entity: Entity, shown: str) -> bool:
    """Return whether a span shows its entity: a tag only where its sign and its own word stand there."""
    if entity.type in ("hashtag", "cashtag"):
        signs = "#＃" if entity.type == "hashtag" else "$"
        return shown[0] in signs and shown.lstrip(signs).casefold() == entity.value.casefold()
    return True


def _byte_marks(text: str, found: list[tuple[RichTextFacet, list[FacetFeature]]]) -> list[Mark]:
    """Return the marks of facets. One whose index is missing, outside the text or inside a character has no span."""
    data = text.encode()
    is_ascii = len(data) == len(text)
    marks = []
    for facet, features in found:
        index = readable(decode_byte_range, facet.index)
        start, end = (index.start, min(index.end, len(data))) if index is not None else (0, 0)
        if not is_ascii:
            start, end = _code_point(data, start), _code_point(data, end)
        marks.append(Mark(start, end, features) if 0 <= start < end else Mark(0, 0, features))
    return marks


def _code_point(data: bytes, offset: int) -> int:
    """Return the code point at a byte of UTF-8; -1 inside a character or outside the text."""
    if not 0 <= offset <= len(data):
        return -1
    try:
        return len(data[:offset].decode())
    except UnicodeDecodeError:
        return -1


def _old_marks(text: str, entities: list[OldEntity]) -> list[Mark]:
    """Return the marks of the entities that records had before facets. `@atproto/api` still draws them."""
    marks = []
    for entity in entities:
        field = _OLD_FEATURES.get(entity.type)
        if field is None:
            continue
        features = [FacetFeature(f"{FACET_TYPE}{entity.type}", **{field: entity.value})]
        index = readable(decode_slice, entity.index)
        start, end = (
            (_utf16_code_point(text, index.start), _utf16_code_point(text, index.end)) if index is not None else (0, 0)
        )
        marks.append(Mark(start, end, features) if 0 <= start < end else Mark(0, 0, features))
    return marks


def _utf16_code_point(text: str, units: int) -> int:
    """Return the code point at a count of UTF-16 units, at most the end; -1 inside a character or below 0."""
    if units < 0:
        return -1
    try:
        return len(text.encode("utf-16-le")[: 2 * units].decode("utf-16-le"))
    except UnicodeDecodeError:
        return -1
