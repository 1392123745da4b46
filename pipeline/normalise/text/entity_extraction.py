"""Entities of a text whose source names none: links, hashtags, mentions and cashtags, none overlapping another."""

from __future__ import annotations

from pipeline.normalise.text.distinct_values import distinct_ignoring_case
from pipeline.normalise.text.tag_detection import find_cashtags, find_hashtags, find_mentions
from pipeline.normalise.text.url_detection import find_urls
from pipeline.normalise.text.url_hosts import hosts_of
from pipeline.post import Entity, Link, Post

MAX_SCANNED_CHARS = 10_000
"""How far into a text is looked, in characters."""


def extract_entities(text: str) -> list[Entity]:
    """Return the entities of a text in order, by the rules of twitter-text 3.

    Of two that overlap the earlier stays, and a link before a tag. Links without a scheme get "https://" in their
    value. A list ("@owner/name") is no entity of ours, nor is its owner mentioned.
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
    """Tell whether an ellipsis took the end of an entity: a link that leads nowhere, a tag of the cut text of a retweet
    (elsewhere a person may have written the ellipsis)."""
    if not text.startswith("…", entity.end):
        return False
    return entity.type == "link" or (text.startswith("RT @") and entity.end == len(text) - 1)


def add_missing_entities(post: Post, only: str = "") -> None:
    """Fill in what a post's source did not name (`only` of one type): entities where none lies already, and the lists
    made of them."""
    text = post.text
    if not any(sign in text for sign in ("$" if only == "cashtag" else "#＃@＠$.")):
        return
    known = post.entities
    found = [
        entity
        for entity in extract_entities(text)
        if (not only or entity.type == only)
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
