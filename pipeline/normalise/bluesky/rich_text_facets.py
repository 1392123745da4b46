"""Rich-text facets of a Bluesky post: turns its marked spans into entities, hashtags, mentions and links.

Spans are converted from UTF-8 bytes to code points. One that lies outside the text, cuts a character in two, overlaps
an earlier one or does not show its own hashtag makes no entity. If a record has no readable facets, entities are
extracted from the text.
"""

from __future__ import annotations

import msgspec

from pipeline.normalise.bluesky.record_wire import FacetFeature, PostRecord, decode_facets, is_present
from pipeline.normalise.text.distinct_values import distinct_ignoring_case
from pipeline.normalise.text.entity_extraction import add_missing_entities
from pipeline.post import Entity, Link, Post


def add_facets(post: Post, record: PostRecord) -> None:
    """Give a post the entities, hashtags, mentions and links of its record's facets.

    Where the record has no readable facets, entities are extracted from the text instead. A facet is left out if it
    lies outside the text, cuts a character in two, overlaps an earlier one, or does not show its own hashtag.
    """
    try:
        facets = decode_facets(record.facets) if is_present(record.facets) else None
    except msgspec.MsgspecError:
        facets = None
    if not facets:
        add_missing_entities(post)
        return
    data = post.text.encode()
    is_ascii = len(data) == len(post.text)
    position = 0
    for facet in sorted(facets, key=lambda one: one.index.start):
        start, end = facet.index.start, facet.index.end
        if not 0 <= start < end <= len(data) or not facet.features:
            continue
        if not is_ascii:
            try:
                start = len(data[:start].decode())
                end = start + len(data[facet.index.start : end].decode())
            except UnicodeDecodeError:  # the facet cuts a character in two
                continue
        if start >= position and _add_entity(post, facet.features[0], start, end):
            position = end
    post.mentions = distinct_ignoring_case(post.mentions)
    post.links = [Link(url) for url in dict.fromkeys(one.value for one in post.entities if one.type == "link")]


def _add_entity(post: Post, feature: FacetFeature, start: int, end: int) -> bool:
    """Add one feature to the post; return whether its span became an entity."""
    shown = post.text[start:end]
    if feature.uri:
        post.entities.append(Entity("link", start, end, feature.uri))
    elif feature.did:
        handle = shown.lstrip("@＠")
        post.entities.append(Entity("mention", start, end, handle, feature.did))
        post.mentions.append(handle)
    elif feature.tag:
        tag = feature.tag.lstrip("#＃")
        post.hashtags.append(tag)
        if shown[1:].casefold() != tag.casefold() or shown[0] not in "#＃":
            return False
        post.entities.append(Entity("hashtag", start, end, tag))
    else:
        return False
    return True
