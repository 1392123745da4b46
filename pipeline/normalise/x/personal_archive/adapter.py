"""Adapter of X's personal archive: makes the canonical post of one of its posts, written by the archive's owner.

The post is a v1.1 status without an author, with numbers as texts. Its version is the time at which X made the archive,
or that of its writing where the archive does not tell. A repost stands in an archive as its words alone ("RT @…:"): the
id of its original is not in there, so it stays a post with these words.
"""

from __future__ import annotations

from pipeline.errors import RecordError
from pipeline.normalise.field_validation import numeric_id
from pipeline.normalise.timestamps import iso_to_ms
from pipeline.normalise.x.personal_archive.wire import ArchivedNote, ArchivedPost, ArchivedStatus, ArchiveOwner
from pipeline.normalise.x.v1_adapter import events as status_events
from pipeline.normalise.x.v1_entities_wire import V1Entities, V1Hashtag, V1Mention, V1Url
from pipeline.normalise.x.v1_wire import V1ExtendedTweet, V1User
from pipeline.normalise.x.x_timestamps import v1_time_to_ms, with_snowflake_ms
from pipeline.post import Deletion, Event, Upsert

WITHOUT_OWNER = (
    "a post of X's personal archive without its author: "
    "import the whole archive (the zip, or the folder with account.js)"
)
"""Reason for a post that came without its archive."""


def archived_events(record: ArchivedPost, raw: bytes, received_at: int) -> list[Event]:
    """Return the events of one post of an archive: the deletion of one that its author deleted.

    Raises:
        RecordError: the archive's owner did not come along, or the post lacks id, text or time.
    """
    status, owner = record.tweet, record.x_archive
    if status.deleted_at:
        return [_deletion(status, received_at)]
    if status.user is None:
        if not owner.id or not owner.username:
            raise RecordError(WITHOUT_OWNER)
        status.user = _user(owner)
    if record.note_tweet is not None:
        status.extended_tweet = _whole_text(record.note_tweet)
    generated_ms = iso_to_ms(owner.generated_at) if owner.generated_at else None
    observed_at = min(_written_ms(status) if generated_ms is None else generated_ms, received_at)
    found = status_events(status, raw, observed_at)
    for event in found:
        if isinstance(event, Upsert):
            event.post.received_at = received_at
    return found


def _written_ms(status: ArchivedStatus) -> int:
    number = int(numeric_id(status.id_str, status.id) or 0)
    return with_snowflake_ms(v1_time_to_ms(status.created_at or ""), number)


def _deletion(status: ArchivedStatus, received_at: int) -> Deletion:
    number = numeric_id(status.id_str, status.id)
    if not number:
        raise RecordError("a deleted post of an archive without a usable id")
    return Deletion(f"x:{number}", min(v1_time_to_ms(status.deleted_at or ""), received_at))


def _user(owner: ArchiveOwner) -> V1User:
    return V1User(
        screen_name=owner.username,
        id_str=owner.id,
        name=owner.name,
        description=owner.bio,
        profile_image_url_https=owner.avatar if owner.avatar.startswith("https://") else "",
    )


def _whole_text(note: ArchivedNote) -> V1ExtendedTweet:
    core = note.core
    return V1ExtendedTweet(
        core.text,
        V1Entities(
            hashtags=[V1Hashtag(tag.text, (tag.from_index, tag.to_index)) for tag in core.hashtags if tag.text],
            symbols=[V1Hashtag(tag.text, (tag.from_index, tag.to_index)) for tag in core.cashtags if tag.text],
            urls=[
                V1Url(url.short_url or None, url.expanded_url, url.display_url, (url.from_index, url.to_index))
                for url in core.urls
            ],
            user_mentions=[
                V1Mention(tag.screen_name, indices=(tag.from_index, tag.to_index))
                for tag in core.mentions
                if tag.screen_name
            ],
        ),
    )
