"""Entity extraction: finds links, hashtags, mentions and cashtags in a text, and adds to a post those it lacks.

`extract_entities` returns entities that do not overlap, by the rules of twitter-text 3. `add_missing_entities` serves
posts whose source names no entities: it adds those that overlap no known one and are not cut off by an ellipsis, and
with them the post's hashtags, cashtags, mentions, links and hosts.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from pipeline.normalise.text.distinct_values import distinct_ignoring_case
from pipeline.normalise.text.tag_detection import find_cashtags, find_hashtags, find_mentions
from pipeline.normalise.text.url_detection import find_urls
from pipeline.normalise.text.url_hosts import hosts_of
from pipeline.post import Entity, Link, Post

MAX_SCANNED_CHARS = 10_000
"""Characters of a text, from its beginning, in which entities are searched for."""

_SIGNS = re.compile(r"[#＃@＠$.]")
"""Without one of these a text has no entity."""


def extract_entities(text: str) -> list[Entity]:
    """Return the entities of a text in order, by the rules of twitter-text 3.

    Of two that overlap, the earlier stays; if both begin at the same place, the link stays. The value of a link
    without a scheme gets "https://". A list ("@owner/name") is no entity, nor a mention of its owner.
    """
    if len(text) > MAX_SCANNED_CHARS:
        text = text[:MAX_SCANNED_CHARS]
    urls = find_urls(text)
    found = [
        Entity("link", url.start, url.end, url.url if "://" in url.url[:8] else f"https://{url.url}") for url in urls
    ]
    found += [Entity("hashtag", tag.start, tag.end, tag.value) for tag in find_hashtags(text, urls)]
    found += [Entity("" if tag.slug else "mention", tag.start, tag.end, tag.value) for tag in find_mentions(text)]
    found += [Entity("cashtag", tag.start, tag.end, tag.value) for tag in find_cashtags(text)]
    found.sort(key=lambda entity: entity.start)  # stable: links stay before tags
    kept: list[Entity] = []
    end = 0
    for entity in found:
        if entity.start >= end:
            end = entity.end
            kept.append(entity)
    return [entity for entity in kept if entity.type]


def _is_cut_off(text: str, entity: Entity) -> bool:
    """Return whether an ellipsis replaces the end of an entity.

    That is so for a link, which then leads nowhere, and for a tag at the end of a shortened retweet. After a tag
    elsewhere, a person may have written the ellipsis.
    """
    if not text.startswith("…", entity.end):
        return False
    return entity.type == "link" or (text.startswith("RT @") and entity.end == len(text) - 1)


def add_missing_entities(post: Post, only: str = "", leave_out: Collection[str] = ()) -> None:
    """Add the entities that a post's source did not name, and the tags, mentions, links and hosts made of them.

    `only` restricts this to one type, `leave_out` excludes some. An entity that overlaps a known one is left out.
    """
    text = post.text
    if "$" not in text if only == "cashtag" else not _SIGNS.search(text):
        return
    known = post.entities
    found = [
        entity
        for entity in extract_entities(text)
        if (not only or entity.type == only)
        and entity.type not in leave_out
        and all(entity.end <= other.start or entity.start >= other.end for other in known)
        and not _is_cut_off(text, entity)
    ]
    if not found:
        return
    post.entities = sorted([*known, *found], key=lambda entity: entity.start)
    for entity in found:
        if entity.type == "hashtag":
            post.hashtags.append(entity.value)
        elif entity.type == "cashtag":
            post.cashtags.append(entity.value)
        elif entity.type == "mention":
            post.mentions.append(entity.value)
        elif all(link.url != entity.value for link in post.links):
            post.links.append(Link(entity.value))
    post.hashtags = distinct_ignoring_case(post.hashtags)
    post.cashtags = distinct_ignoring_case(post.cashtags)
    post.mentions = distinct_ignoring_case(post.mentions)
    post.hosts = hosts_of(post.links)
