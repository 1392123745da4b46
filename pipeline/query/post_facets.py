"""Facets of a post: adds the whole values that operators and tags match, such as "#tag", "from:nasa" and "host:a.b".

Content (language, tags, mentions, links, media, sensitivity) is that of the original for a repost. The author, and the
relations to other posts (reply, conversation, repost, quote), are always the post's own. Values are folded as those of
searches are.
"""

from __future__ import annotations

from pipeline.language_codes import language_ranges
from pipeline.post import Author, Post
from pipeline.query.analyser import fold, fold_tag
from pipeline.query.link_tokens import fold_host, parent_domains

_HAS_MEDIA = {"image": "has:images", "video": "has:videos"}
"""Type of a medium → its facet."""


def add_content_facets(post: Post, facets: set[str]) -> None:
    """Add the facets of the content: of the original, for a repost."""
    if post.langs or post.lang:
        for lang in post.langs or (post.lang,):
            facets.update([f"lang:{known}" for known in language_ranges(lang)])
    else:
        facets.add("lang:und")
    if post.hashtags:
        facets.add("has:hashtags")
        facets.update(["#" + fold_tag(tag) for tag in post.hashtags])
    if post.mentions:
        facets.add("has:mentions")
        facets.update(["@" + fold(handle) for handle in post.mentions])
    if post.cashtags:
        facets.add("has:cashtags")
        facets.update(["$" + fold(symbol) for symbol in post.cashtags])
    if post.links:
        facets.add("has:links")
    for host in post.hosts:
        facets.update(["host:" + parent for parent in parent_domains(fold_host(host))])
    _add_carried(post, facets)


def _add_carried(post: Post, facets: set[str]) -> None:
    if post.media:
        facets.add("has:media")
        facets.update([_HAS_MEDIA[medium.type] for medium in post.media if medium.type in _HAS_MEDIA])
    if post.sensitive:
        facets.add("is:sensitive")
    if post.poll is not None:
        facets.add("has:poll")


def add_author_facets(post: Post, facets: set[str], original: Post | None) -> None:
    """Add the facets of the author and of the relations to other posts: always the post's own."""
    _add_names("from:", post.author, facets)
    facets.update(
        [name for name, holds in (("is:verified", post.author.verified), ("is:bot", post.author.bot)) if holds]
    )
    answered = post.reply_to
    if answered is not None:
        facets.add("is:reply")
        if answered.id:
            facets.add("reply_to:" + fold(answered.id))
        if answered.handle:
            facets.add("to:" + fold(answered.handle))
        if answered.author:
            facets.add("to:" + fold(answered.author))
    if post.conversation_id:
        facets.add("conversation:" + fold(post.conversation_id))
    if post.repost_of:
        facets.add("is:repost")
        facets.add("repost_of:" + fold(post.repost_of))
        if original is not None:
            _add_names("reposts_from:", original.author, facets)
    if post.quote_of:
        facets.add("is:quote")
        facets.add("quote_of:" + fold(post.quote_of))


def _add_names(prefix: str, author: Author, facets: set[str]) -> None:
    for handle in author.former_handles:
        facets.add(prefix + fold(handle))
    if author.handle:
        facets.add(prefix + fold(author.handle))
    if author.id:
        facets.add(prefix + fold(author.id))
