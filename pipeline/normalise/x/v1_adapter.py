"""X API v1.1 adapter: makes canonical posts of a status from stream or REST, and of its reposted and quoted originals.

It sets id, version, time, author, counts, reply, conversation and quote; `v1_content.py` adds the content. It also
reads older records: those of 2007 without entities or `id_str`, and flattened ones with entities at the top. Facts of
this wire: indices count code points of the text as delivered, which is still escaped. `id_str` is right where `id` went
through a float. A status of the stream has `timestamp_ms`. Counts inside a repost are newer than those of any earlier
record.
"""

from __future__ import annotations

from typing import NamedTuple

from pipeline.errors import RecordError
from pipeline.normalise.field_validation import numeric_id, valid_count, valid_counts
from pipeline.normalise.post_standing import stand_alone, stand_nested
from pipeline.normalise.text.span_rendering import unescape_html
from pipeline.normalise.timestamps import future_claim
from pipeline.normalise.x.edit_chain import edit_chain, edited_ms, join_chain
from pipeline.normalise.x.post_content import render_bio
from pipeline.normalise.x.v1_content import add_content, is_stub, quoted_id
from pipeline.normalise.x.v1_wire import V1Status, V1User
from pipeline.normalise.x.x_timestamps import SECOND_MS, v1_time_to_ms, with_snowflake_ms
from pipeline.post import Author, Event, Post, ReplyTo, Upsert


def events(status: V1Status, raw: bytes, received_at: int) -> list[Event]:
    """Return the events of a status: quoted and reposted originals first, each a post of its own, then the status.

    An original inside has the time at which it was written as version; its counts are those of the outer record's time.

    Raises:
        RecordError: a status lacks an id, an author, a text or a time.
    """
    _drop_stubs(status)
    streamed = status.timestamp_ms is not None or status.filter_level is not None
    writing = _writing_of(status)
    version = writing.created_at if streamed else received_at
    found: list[Event] = []
    repost = status.retweeted_status
    if repost is not None and not is_stub(repost):
        if repost.quoted_status is None and status.quoted_status is not None:
            repost.quoted_status = status.quoted_status
        if repost.quoted_status is not None:
            found.append(_nested(repost.quoted_status, version, received_at))
        found.append(_nested(repost, version, received_at))
    elif status.quoted_status is not None:
        found.append(_nested(status.quoted_status, version, received_at))
    post = stand_alone(_post(status, writing, version, received_at), written_at=writing.written_at, observed_at=version)
    found.append(Upsert(post, raw))
    return found


def _nested(status: V1Status, observed_at: int, received_at: int) -> Upsert:
    writing = _writing_of(status)
    return Upsert(stand_nested(_post(status, writing, writing.written_at, received_at), observed_at))


def _chain(status: V1Status) -> list[str]:
    """Return the numbers of a status's versions, the first version first."""
    return _edits(numeric_id(status.id_str, status.id), status)


def _edits(number: str, status: V1Status) -> list[str]:
    control = status.ext_edit_control
    if number and control is None and status.edit_history is None:
        return [number]
    named: list[str | int | None] = []
    for part in (status.edit_history, *((control.initial, control.edit) if control is not None else ())):
        for ids in (part, part.edit_control_initial if part is not None else None):
            if ids is not None:
                named += [ids.initial_tweet_id, *(ids.edit_tweet_ids or ())]
    return edit_chain(number, named)


class _Writing(NamedTuple):
    """Number and times (ms UTC) of a status: `number` is its id ("" if unusable), `chain` those of its versions.

    `written_at` is the time of this edit of it.
    """

    number: str
    chain: list[str]
    created_at: int
    written_at: int


def _writing_of(status: V1Status) -> _Writing:
    """Return number, versions and times of a status.

    Raises:
        RecordError: the status has no time.
    """
    number = numeric_id(status.id_str, status.id)
    chain = _edits(number, status)
    created_at = _created_ms(status, number)
    edited_at = edited_ms(number, chain) if number and len(chain) > 1 else None
    return _Writing(number, chain, created_at, created_at if edited_at is None else edited_at)


def _drop_stubs(status: V1Status) -> None:
    """Replace quoted originals that came with no more than an id by that id."""
    for outer in (status, status.retweeted_status):
        quoted = outer.quoted_status if outer is not None else None
        if outer is not None and quoted is not None and is_stub(quoted):
            outer.quoted_status_id_str = numeric_id(quoted.id_str, quoted.id) or outer.quoted_status_id_str
            outer.quoted_status = None


def _created_ms(status: V1Status, number: str) -> int:
    stamp = status.timestamp_ms
    if stamp is not None:
        stamp = str(stamp)
        if stamp.isascii() and stamp.isdigit() and len(stamp) <= 14:
            return int(stamp)
    return with_snowflake_ms(v1_time_to_ms(status.created_at or ""), int(number or 0))


def _post(status: V1Status, writing: _Writing, version: int, received_at: int) -> Post:
    number, claim = writing.number, writing.created_at
    if not number:
        raise RecordError("X status without a usable id")
    if status.user is None:
        raise RecordError("X status without an author")
    author = _author(status.user)
    post = Post(
        id=f"x:{number}",
        version=version,
        source="x",
        url=f"https://x.com/{author.handle or 'i'}/status/{number}",
        created_at=min(claim, received_at),
        claimed_at=future_claim(claim, received_at, SECOND_MS),
        received_at=received_at,
        author=author,
    )
    original = status.retweeted_status
    if original is not None:
        post.repost_of = f"x:{(_chain(original) or [''])[0]}"
    if original is None or is_stub(original):
        add_content(post, status, number)
    if original is None:
        _add_conversation(post, status)
    quoted = status.quoted_status
    if quoted is not None and post.quote_of:
        post.quote_of = f"x:{_chain(quoted)[0]}"
    if len(writing.chain) > 1:
        join_chain(post, number, writing.chain)
    return post


def _add_conversation(post: Post, status: V1Status) -> None:
    """Give a post its counts, the post it answers, its conversation and the post it quotes."""
    post.counts = valid_counts(status.reply_count, status.retweet_count, status.quote_count, status.favorite_count)
    answered = numeric_id(status.in_reply_to_status_id_str, status.in_reply_to_status_id)
    answered_author = numeric_id(status.in_reply_to_user_id_str, status.in_reply_to_user_id)
    if answered or answered_author:
        answered = f"x:{answered}" if answered else ""
        post.reply_to = ReplyTo(answered, answered_author, status.in_reply_to_screen_name or "")
    if not answered:
        post.conversation_id = post.id
    quoted = quoted_id(status)
    if quoted:
        post.quote_of = f"x:{quoted}"


def _author(user: V1User) -> Author:
    """Return the author as X shows them."""
    number = numeric_id(user.id_str, user.id)
    handle = user.screen_name or ""
    if not (number or handle):
        raise RecordError("X status without an author")
    described = user.entities.description if user.entities is not None else None
    return Author(
        number,
        handle,
        unescape_html(user.name or ""),
        render_bio(user.description, described.urls if described is not None else None),
        user.profile_image_url_https or user.profile_image_url or "",
        valid_count(user.followers_count),
        bool(user.verified),
    )
