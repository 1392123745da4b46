"""Tables of record formats: the first bytes or field names by which each is recognised, and the adapter that reads it.

An adapter decodes a record and returns its events. `format_dispatch.py` uses the tables; it also recognises what they
do not list: server-sent events, lists of records, and X's control messages.
"""

from __future__ import annotations

from collections.abc import Callable

from pipeline.normalise.bluesky import jetstream_adapter, jetstream_wire, recorded_events, view_adapter, view_wire
from pipeline.normalise.mastodon import activity_adapter, activity_wire, status_adapter, stream_adapter
from pipeline.normalise.mastodon import wire as mastodon_wire
from pipeline.normalise.murmur_json import adapter as murmur_adapter
from pipeline.normalise.murmur_json import wire as murmur_wire
from pipeline.normalise.source_permissions import (
    ACTIVITYPUB,
    APPVIEW,
    CANONICAL,
    JETSTREAM,
    MASTODON,
    TAP,
    X_ARCHIVE,
    SourcePermissions,
    X,
)
from pipeline.normalise.x import stream_messages as x_stream_messages
from pipeline.normalise.x import v1_adapter as x_v1
from pipeline.normalise.x import v1_wire as x_v1_wire
from pipeline.normalise.x import v2_adapter as x_v2
from pipeline.normalise.x import v2_envelope_wire as x_v2_envelope_wire
from pipeline.normalise.x import v2_flattened as x_v2_flattened
from pipeline.normalise.x import v2_wire as x_v2_wire
from pipeline.normalise.x.personal_archive import adapter as x_archive
from pipeline.normalise.x.personal_archive import wire as x_archive_wire
from pipeline.post import Event

Adapter = Callable[[bytes, int, str, SourcePermissions], list[Event]]
"""Makes events of a raw record, its time of receipt (ms UTC), the server it came from and its source's permissions."""


def _murmur_json(raw: bytes, received_at: int, _: str, permissions: SourcePermissions) -> list[Event]:
    return murmur_adapter.events(murmur_wire.decode_record(raw), raw, received_at, permissions)


def _jetstream(raw: bytes, received_at: int, _: str, __: SourcePermissions) -> list[Event]:
    return jetstream_adapter.events(recorded_events.recorded_event(raw), raw, received_at)


def _tap(raw: bytes, received_at: int, _: str, __: SourcePermissions) -> list[Event]:
    told = recorded_events.tap_events(recorded_events.decode_tap(raw))
    return [found for event in told for found in jetstream_adapter.events(event, raw, received_at)]


def _view(raw: bytes, received_at: int, _: str, __: SourcePermissions) -> list[Event]:
    return view_adapter.view_events(view_wire.decode_view(raw), raw, received_at)


def _feed_item(raw: bytes, received_at: int, _: str, __: SourcePermissions) -> list[Event]:
    return view_adapter.item_events(view_wire.decode_item(raw), received_at)


def _thread(raw: bytes, received_at: int, _: str, __: SourcePermissions) -> list[Event]:
    return view_adapter.thread_events(raw, received_at)


def _jetstream_frame(raw: bytes, received_at: int, _: str, __: SourcePermissions) -> list[Event]:
    return jetstream_adapter.frame_events(jetstream_wire.decode_frame(raw), raw, received_at)


def _x_v2(raw: bytes, received_at: int, _: str, __: SourcePermissions) -> list[Event]:
    return x_v2.events(x_v2_envelope_wire.decode_envelope(raw), raw, received_at)


def _x_v2_flat(raw: bytes, received_at: int, _: str, __: SourcePermissions) -> list[Event]:
    if not any(name in raw for name in _FLATTENED_NAMES):
        return x_v2.flat_events(x_v2_wire.decode_tweet(raw), raw, received_at)
    return x_v2.events(x_v2_flattened.page_of(raw), raw, received_at)


def _x_compliance(raw: bytes, received_at: int, _: str, __: SourcePermissions) -> list[Event]:
    return x_stream_messages.compliance_events(x_stream_messages.decode_compliance(raw), received_at)


def _x_v1(raw: bytes, received_at: int, _: str, __: SourcePermissions) -> list[Event]:
    return x_v1.events(x_v1_wire.decode_status(raw), raw, received_at)


def _x_archive(raw: bytes, received_at: int, _: str, __: SourcePermissions) -> list[Event]:
    return x_archive.archived_events(x_archive_wire.decode_archived(raw), raw, received_at)


def _x_archive_bare(raw: bytes, received_at: int, _: str, __: SourcePermissions) -> list[Event]:
    post = x_archive_wire.ArchivedPost(x_archive_wire.decode_status(raw))
    return x_archive.archived_events(post, raw, received_at)


def _mastodon_archive(raw: bytes, received_at: int, _: str, __: SourcePermissions) -> list[Event]:
    return activity_adapter.activity_events(activity_wire.decode_member(raw), raw, received_at)


def _mastodon_activity(raw: bytes, received_at: int, _: str, __: SourcePermissions) -> list[Event]:
    member = activity_wire.ArchivedMember(activity_wire.decode_activity(raw))
    return activity_adapter.activity_events(member, raw, received_at)


def _mastodon_event(raw: bytes, received_at: int, instance: str, _: SourcePermissions) -> list[Event]:
    return stream_adapter.stream_events(mastodon_wire.decode_event(raw), raw, received_at, instance)


def _mastodon_status(raw: bytes, received_at: int, instance: str, _: SourcePermissions) -> list[Event]:
    return status_adapter.status_events(mastodon_wire.decode_status(raw), raw, received_at, instance)


_FLATTENED_NAMES = (b'"author"', b'"__twarc"', b'"attachments"', b'"referenced_tweets"')
"""Names in a post of X v2 under which `twarc2 flatten` puts what stood beside it."""

PREFIXES: tuple[tuple[str, bytes, Adapter], ...] = (
    (CANONICAL, b'{"murmur":', _murmur_json),
    (JETSTREAM, b'{"did":', _jetstream),
    (JETSTREAM, b'{"$type":"message"', _jetstream_frame),
    (X, b'{"data":', _x_v2),
)
"""First bytes of records of the most frequent wires."""

NEEDED_NAMES: tuple[tuple[str, frozenset[str], Adapter], ...] = (
    (CANONICAL, frozenset({"murmur"}), _murmur_json),
    (CANONICAL, frozenset({"version", "received_at", "author"}), _murmur_json),
    (JETSTREAM, frozenset({"did", "commit"}), _jetstream),
    (JETSTREAM, frozenset({"did", "kind"}), _jetstream),
    (JETSTREAM, frozenset({"did", "type", "time_us"}), _jetstream),
    (JETSTREAM, frozenset({"$type", "payload"}), _jetstream_frame),
    (JETSTREAM, frozenset({"$type", "error"}), _jetstream_frame),
    (MASTODON, frozenset({"event", "payload"}), _mastodon_event),
    (MASTODON, frozenset({"event", "stream"}), _mastodon_event),
    (MASTODON, frozenset({"account", "content"}), _mastodon_status),
    (ACTIVITYPUB, frozenset({"mastodon_archive", "activity"}), _mastodon_archive),
    (ACTIVITYPUB, frozenset({"type", "actor", "object"}), _mastodon_activity),
    (X_ARCHIVE, frozenset({"x_archive", "tweet"}), _x_archive),
    (X_ARCHIVE, frozenset({"tweet"}), _x_archive),
    (X, frozenset({"user", "created_at"}), _x_v1),
    (X_ARCHIVE, frozenset({"id_str", "created_at"}), _x_archive_bare),
    (APPVIEW, frozenset({"uri", "cid", "record"}), _view),
    (APPVIEW, frozenset({"uri", "cid", "value"}), _view),
    (APPVIEW, frozenset({"thread"}), _thread),
    (TAP, frozenset({"id", "type", "record"}), _tap),
    (TAP, frozenset({"id", "type", "identity"}), _tap),
    (X, frozenset({"data"}), _x_v2),
    (X, frozenset({"includes"}), _x_v2),
    (X, frozenset({"errors"}), _x_v2),
    (X, frozenset({"meta"}), _x_v2),
    (X, frozenset({"title", "type"}), _x_v2),
    (X, frozenset({"id", "text"}), _x_v2_flat),
    (X, frozenset({"id", "action"}), _x_compliance),
    (APPVIEW, frozenset({"post", "replies"}), _thread),
    (APPVIEW, frozenset({"post", "parent"}), _thread),
    (APPVIEW, frozenset({"post"}), _feed_item),
)
"""Names that a record of each format has at its top level. The first row that fits wins, so surer ones stand first."""
