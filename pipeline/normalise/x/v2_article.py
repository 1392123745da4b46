"""Articles of X: adds title and text of an article to the post that links to it, and the article's link with its title.

X shows an article as a card with title and first words. Here it stands below the post's own words, so that it is read
and found like any other text. Without the whole text (`plain_text`) the preview stands there.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.normalise.field_validation import MAX_TEXT_CHARS
from pipeline.normalise.text.entity_extraction import add_missing_entities
from pipeline.normalise.text.url_hosts import hosts_of
from pipeline.normalise.x.post_content import ShortLink, is_article_page
from pipeline.normalise.x.v2_wire import V2Article
from pipeline.post import Link, Post

MAX_PREVIEW_CHARS = 1_000
"""Most characters of an article's preview that are kept as the description of its link."""


def add_article(post: Post, article: V2Article, links: Sequence[ShortLink]) -> None:
    """Give a post the article that it links to; an article longer than a text may be is cut."""
    title, preview = (article.title or "").strip(), (article.preview_text or "").strip()
    body = (article.plain_text or "").strip() or preview
    parts = [part for part in (post.text, title, body) if part]
    post.text = "\n\n".join(parts)[:MAX_TEXT_CHARS]
    add_missing_entities(post)
    target = next((link.target for link in links if is_article_page(link.target)), "")
    if target:
        known = next((link for link in post.links if link.url == target), None)
        if known is None:
            known = Link(target)
            post.links.append(known)
        known.title, known.description = title, preview[:MAX_PREVIEW_CHARS]
        post.hosts = hosts_of(post.links)
