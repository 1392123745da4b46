"""Content of a Mastodon status: adds text without HTML, entities, media, poll, previews and language to a post.

It also marks sensitive posts. A content warning stands above the text. Where a quote is shown, the line and the link
that repeat it for other servers are left out. If the HTML has no links, entities are extracted from the text.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import islice

from pipeline.language_codes import language_tag
from pipeline.normalise.field_validation import checked_text
from pipeline.normalise.mastodon.account_names import Home, Mentioned, mentioned
from pipeline.normalise.mastodon.status_attachments import add_attachments
from pipeline.normalise.mastodon.status_entities import add_anchors, add_emojis, add_unlinked, fold_tag_name
from pipeline.normalise.mastodon.wire import MastodonStatus
from pipeline.normalise.text.entity_extraction import add_missing_entities
from pipeline.normalise.text.html_to_text import Anchor, html_to_text
from pipeline.normalise.text.url_hosts import hosts_of
from pipeline.normalise.timestamps import iso_to_ms
from pipeline.post import Post

MAX_NAMED = 500
"""Most mentions and most tags of a status that are read."""

_QUOTE_LEAD = re.compile(r"(?:^|\s)(?:RE|QT|RT|re|qt|rt):\s*$|\s+$")
"""Word or white space before the link to a quoted post at the end of a text."""


def add_content(post: Post, status: MastodonStatus, home: Home, quoted: Collection[str] = ()) -> None:
    """Give a post the content of a status. A content warning stands above the text, after it a blank line.

    Args:
        post: the post.
        status: the status.
        home: the server that answered: names of its own accounts lack its domain.
        quoted: the addresses of the quoted status, if that is shown with the post.
    """
    text, anchors = html_to_text(status.content or "", quote_shown=bool(quoted))
    text, anchors = _without_quote_link(text, anchors, quoted)
    warning = (status.spoiler_text or "").strip()
    shift = len(warning) + 2 if warning and text else 0
    post.text = checked_text(f"{warning}\n\n{text}" if shift else warning or text)
    mentions = mentioned_accounts(status, home)
    tags = {fold_tag_name(tag.name): tag.name for tag in islice(status.tags or (), MAX_NAMED)}
    tags.pop("", None)
    add_anchors(post, [one._replace(start=one.start + shift, end=one.end + shift) for one in anchors], mentions, tags)
    add_unlinked(post, mentions, tags)
    if not anchors:
        add_missing_entities(post, leave_out=("mention",))  # a bare name in a text mentions nobody: it has no host
    add_attachments(post, status, quoted)
    options = [option.text for option in post.poll.options] if post.poll is not None else []
    emojis = [*(status.emojis or ()), *(status.poll.emojis or () if status.poll is not None else ())]
    add_emojis(post, emojis, *options)
    post.hosts = hosts_of(post.links)
    post.lang = language_tag(status.language or "")
    post.langs = [post.lang] if post.lang else []
    post.sensitive = bool(status.sensitive)
    post.edited_at = iso_to_ms(status.edited_at or "")


def mentioned_accounts(status: MastodonStatus, home: Home) -> list[Mentioned]:
    """Return the accounts that a status mentions."""
    found = (mentioned(one, home) for one in islice(status.mentions or (), MAX_NAMED))
    return [one for one in found if one is not None]


def _without_quote_link(text: str, anchors: list[Anchor], quoted: Collection[str]) -> tuple[str, list[Anchor]]:
    """Leave out the link at the end of a text that leads to the quoted status, which is shown with the post."""
    if not quoted or not anchors:
        return text, anchors
    last = anchors[-1]
    if last.href not in quoted or text[last.end :].strip():
        return text, anchors
    kept = text[: last.start]
    while lead := _QUOTE_LEAD.search(kept):
        kept = kept[: lead.start()]
    return kept, [one for one in anchors[:-1] if one.end <= len(kept)]
