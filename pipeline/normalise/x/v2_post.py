"""X API v2 post: makes the canonical post from one post and the users, media and posts of its envelope.

It sets id, time, author, counts, reply, conversation, repost and quote; `v2_content.py` adds the content, except to a
repost whose original came along. A post may have no more than id and text. Its time is then the one inside its id.
"""

from __future__ import annotations

from typing import NamedTuple

from pipeline.errors import RecordError
from pipeline.normalise.field_validation import numeric_id, valid_count, valid_counts
from pipeline.normalise.text.span_rendering import unescape_html
from pipeline.normalise.timestamps import future_claim, iso_to_ms
from pipeline.normalise.x.edit_chain import edit_chain, edited_ms, join_chain
from pipeline.normalise.x.post_content import render_bio
from pipeline.normalise.x.v2_content import add_content
from pipeline.normalise.x.v2_envelope_wire import V2Includes
from pipeline.normalise.x.v2_wire import V2Tweet
from pipeline.normalise.x.x_timestamps import SECOND_MS, snowflake_to_ms, with_snowflake_ms
from pipeline.post import Author, Post, ReplyTo


class EnvelopeContext:
    """Data that the posts of one envelope share.

    `users`, `tweets`, `media` and `polls` are what they refer to, by id. `version` is that of the post being read and
    of its originals. `emitted` are the ids of originals whose events were already made. `retrieved_at` is when a
    collector received the envelope (ms), None where none says so.
    """

    def __init__(self, includes: V2Includes | None, received_at: int, retrieved_at: int | None = None) -> None:
        self.received_at = received_at
        self.retrieved_at = retrieved_at
        self.version = received_at
        self.users = {user.id: user for user in includes.users or ()} if includes else {}
        self.tweets = {tweet.id: tweet for tweet in includes.tweets or ()} if includes else {}
        self.media = {item.media_key: item for item in includes.media or ()} if includes else {}
        self.polls = {poll.id: poll for poll in includes.polls or ()} if includes else {}
        self.emitted: set[str] = set()


class Writing(NamedTuple):
    """Number and times (ms UTC) of a post: `number` is its id ("" if unusable), `chain` those of its versions.

    `created_at` is None where neither a field nor the id has a time; `written_at` is that of this edit of it.
    """

    number: str
    chain: list[str]
    created_at: int | None
    written_at: int | None


def writing_of(tweet: V2Tweet) -> Writing:
    """Return number, versions and times of a post."""
    number = numeric_id(tweet.id, None)
    value = int(number) if number else 0
    claimed = iso_to_ms(tweet.created_at) if tweet.created_at else None
    created_at = snowflake_to_ms(value) if claimed is None else with_snowflake_ms(claimed, value)
    chain = edit_chain(number, tweet.edit_history_tweet_ids or ())
    edited_at = edited_ms(number, chain) if number and len(chain) > 1 else None
    return Writing(number, chain, created_at, created_at if edited_at is None else edited_at)


def is_thin(tweet: V2Tweet, context: EnvelopeContext) -> bool:
    """Return whether a post came without fields that must be asked for: its time, its author, or its media."""
    keys = tweet.attachments.media_keys if tweet.attachments is not None else None
    known = tweet.author is not None or (tweet.author_id or "") in context.users
    return tweet.created_at is None or not known or (bool(keys) and not all(key in context.media for key in keys or ()))


def post_of(tweet: V2Tweet, writing: Writing, context: EnvelopeContext) -> Post:
    """Return the canonical post. A repost whose original came along has no content of its own.

    Raises:
        RecordError: the post has no usable id.
    """
    if not writing.number:
        raise RecordError(f"X post with an unusable id: {tweet.id[:40]!r}")
    author = _author(tweet, context)
    claim = context.received_at if writing.created_at is None else writing.created_at
    post = Post(
        id=f"x:{tweet.id}",
        version=context.version,
        source="x",
        url=f"https://x.com/{author.handle or 'i'}/status/{tweet.id}",
        created_at=min(claim, context.received_at),
        claimed_at=future_claim(claim, context.received_at, SECOND_MS),
        received_at=context.received_at,
        author=author,
    )
    answered = _add_references(post, tweet)
    if not post.repost_of:
        _add_conversation(post, tweet, answered, context)
        add_content(post, tweet, context.media, context.polls)
    else:
        if post.repost_of.removeprefix("x:") not in context.tweets:
            add_content(post, tweet, context.media, context.polls)
        post.repost_of = _first_version(post.repost_of, context)
    if post.quote_of:
        post.quote_of = _first_version(post.quote_of, context)
    if len(writing.chain) > 1:
        join_chain(post, tweet.id, writing.chain)
    return post


def _add_references(post: Post, tweet: V2Tweet) -> str:
    """Give a post the ids of what it reposts and quotes; return the id of the post that it answers, or ""."""
    answered = ""
    for reference in tweet.referenced_tweets or ():
        if not numeric_id(reference.id, None):
            continue
        if reference.type == "retweeted":
            post.repost_of = f"x:{reference.id}"
        elif reference.type == "quoted":
            post.quote_of = f"x:{reference.id}"
        elif reference.type == "replied_to":
            answered = f"x:{reference.id}"
    return answered


def _first_version(post_id: str, context: EnvelopeContext) -> str:
    """Return the id of the post of which this is a version, as far as the envelope tells."""
    number = post_id.removeprefix("x:")
    tweet = context.tweets.get(number)
    return post_id if tweet is None else f"x:{edit_chain(number, tweet.edit_history_tweet_ids or ())[0]}"


def _add_conversation(post: Post, tweet: V2Tweet, answered: str, context: EnvelopeContext) -> None:
    """Give a post the post it answers (`answered`: its id or ""), its conversation and its counts."""
    author_id = tweet.in_reply_to_user_id or ""
    if answered or author_id:
        user = context.users.get(author_id)
        original = context.tweets.get(answered.removeprefix("x:"))
        author_id = author_id or (original.author_id or "" if original is not None else "")
        handle = user.username if user is not None else ""
        for mention in (tweet.entities.mentions if tweet.entities is not None else None) or ():
            handle = handle or (mention.username if author_id and mention.id == author_id else "")
        post.reply_to = ReplyTo(answered, author_id, handle)
    if tweet.conversation_id and numeric_id(tweet.conversation_id, None):
        post.conversation_id = f"x:{tweet.conversation_id}"
    elif tweet.referenced_tweets is not None and not answered:
        post.conversation_id = post.id
    numbers = tweet.public_metrics
    if numbers is not None:
        post.counts = valid_counts(numbers.reply_count, numbers.retweet_count, numbers.quote_count, numbers.like_count)


def _author(tweet: V2Tweet, context: EnvelopeContext) -> Author:
    user = tweet.author or context.users.get(tweet.author_id or "")
    if user is None:
        return Author(tweet.author_id or "", "")
    described = user.entities.description if user.entities is not None else None
    return Author(
        user.id,
        user.username,
        unescape_html(user.name or ""),
        render_bio(user.description, described.urls if described is not None else None),
        user.profile_image_url or "",
        valid_count(user.public_metrics.followers_count) if user.public_metrics is not None else None,
        bool(user.verified),
    )
