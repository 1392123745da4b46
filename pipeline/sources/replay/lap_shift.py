"""Shifts the ids and times of a record by a lap (one playing of a recording), so that playing again brings new posts.

Numeric ids that contain a time (X, Mastodon) are shifted by the lap's length in their own unit and stay in order; other
ids get a suffix. Accounts keep their ids. A record that cannot be decoded is passed on unchanged.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import msgspec

X_SHIFT_BITS = 22
"""Bits below the milliseconds in an id of X."""
MASTODON_SHIFT_BITS = 16
"""Bits below the milliseconds in an id of Mastodon."""

X_POST_IDS = {
    "in_reply_to_status_id",
    "quoted_status_id",
    "conversation_id",
}
CANONICAL_IDS = {"repost_of", "quote_of", "conversation_id"}
_X_STATUS = re.compile(r"^(https?://(?:\w+\.)?(?:twitter|x)\.com/.+/status(?:es)?/)(\d+)")
_LAST_NUMBER = re.compile(r"(\d+)(?=/activity$|$)")
_AT_RECORD = re.compile(r"^(at://[^/]+/app\.bsky\.feed\.(?:post|repost|like)/)(.+)$")
_decode = msgspec.json.Decoder(Any).decode
_encode = msgspec.json.Encoder().encode


def shift_record(record: bytes, lap: int, span_ms: int) -> bytes:
    """Return a record as it is in lap number `lap` of a recording that lasts `span_ms`."""
    try:
        tree = _decode(record)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return record
    if isinstance(tree, dict) and "event" in tree and isinstance(tree.get("payload"), str | int | dict):
        return _encode(_shifted_event(tree, lap, span_ms))
    return _encode(_Shift(lap, span_ms).value(tree, network(tree)))


def _shifted_event(event: dict[str, Any], lap: int, span_ms: int) -> dict[str, Any]:
    """Return an event of Mastodon's streams: its status, or the ids of the status that it deletes."""
    payload = event["payload"]
    shift = _Shift(lap, span_ms)
    if isinstance(payload, dict):
        return event | {"payload": shift.value(payload, network(payload))}
    moved = event | {"payload": _payload(str(payload), lap, span_ms)}
    uri = event.get("uri")
    return moved | {"uri": shift.status_uri(uri)} if isinstance(uri, str) else moved


def _payload(payload: str, lap: int, span_ms: int) -> str:
    if _is_number(payload):  # a deletion: its payload is the id alone
        return str(int(payload) + (span_ms * lap << MASTODON_SHIFT_BITS))
    return shift_record(payload.encode(), lap, span_ms).decode()


def network(tree: Any) -> str:
    """Return whose ids a record contains: ours, jetstream, mastodon or x."""
    if not isinstance(tree, dict):
        return "x"
    if "murmur" in tree:
        return "ours"
    if "time_us" in tree or "did" in tree:
        return "jetstream"
    return "mastodon" if "account" in tree and "content" in tree else "x"


class _Shift:
    """Walk through the tree of one record."""

    def __init__(self, lap: int, span_ms: int) -> None:
        self._ms = lap * span_ms
        self._ending = f"-{lap}"

    def value(self, value: Any, net: str, key: str = "", holder: dict[str, Any] | None = None) -> Any:
        if isinstance(value, dict):
            return {name: self.value(item, net, name, value) for name, item in value.items()}
        if isinstance(value, list):
            return [self.value(item, net, key, holder) for item in value]
        if isinstance(value, bool) or value is None:
            return value
        moved = self._time(value, key)
        if moved is not None:
            return moved
        return self._id(value, net, key, holder or {})

    def _time(self, value: Any, key: str) -> Any:
        if key in ("timestamp_ms", "time_us", "created_at", "edited_at", "createdAt", "version", "at"):
            if isinstance(value, int):
                return value + self._ms * (1000 if key == "time_us" else 1)
            if key == "timestamp_ms" and _is_number(str(value)):
                return str(int(value) + self._ms)
            return self._moment(str(value))
        return None

    def _moment(self, text: str) -> str | None:
        by = timedelta(milliseconds=self._ms)
        try:
            if text[:4].isdigit():
                moment = datetime.fromisoformat(text) + by
                return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            moment = datetime.strptime(text, "%a %b %d %H:%M:%S %z %Y") + by
        except (ValueError, OverflowError):
            return None
        day = format_datetime(moment)
        return f"{day[:3]} {moment:%b %d %H:%M:%S +0000 %Y}"

    def _id(self, value: Any, net: str, key: str, holder: dict[str, Any]) -> Any:
        by_network = {"ours": self._ours, "jetstream": self._jetstream, "mastodon": self._mastodon, "x": self._x}
        return by_network[net](value, key, holder)

    def _ours(self, value: Any, key: str, holder: dict[str, Any]) -> Any:
        named = key in CANONICAL_IDS or (key == "id" and ("author" in holder or "at" in holder or "handle" in holder))
        return f"{value}{self._ending}" if named and ":" in str(value) else value

    def _jetstream(self, value: Any, key: str, _holder: dict[str, Any]) -> Any:
        if key == "rkey":
            return f"{value}{self._ending}"
        found = _AT_RECORD.match(value) if key == "uri" and isinstance(value, str) else None
        return f"{found[1]}{found[2]}{self._ending}" if found else value

    def _mastodon(self, value: Any, key: str, holder: dict[str, Any]) -> Any:
        if key in ("uri", "url") and "content" in holder:
            return self.status_uri(value)
        is_post = key == "in_reply_to_id" or (key == "id" and "content" in holder)
        return self._number(value, MASTODON_SHIFT_BITS) if is_post else value

    def status_uri(self, value: Any) -> Any:
        """Return the address of a Mastodon status: its number shifted, or with a suffix where it has none."""
        if not isinstance(value, str):
            return value
        moved = _LAST_NUMBER.sub(lambda number: str(self._number(number[1], MASTODON_SHIFT_BITS)), value)
        return moved if moved != value else f"{value}{self._ending}"

    def _x(self, value: Any, key: str, holder: dict[str, Any]) -> Any:
        if isinstance(value, str) and (link := _X_STATUS.match(value)):
            return link[1] + self._number(link[2], X_SHIFT_BITS) + value[link.end() :]
        name = key.removesuffix("_str")
        is_post = name in X_POST_IDS or name == "edit_history_tweet_ids" or (name == "id" and _is_x_post(holder))
        return self._number(value, X_SHIFT_BITS) if is_post else value

    def _number(self, value: Any, bits: int) -> Any:
        if isinstance(value, int):
            return value + (self._ms << bits)
        return str(int(value) + (self._ms << bits)) if _is_number(str(value)) else value


def _is_number(text: str) -> bool:
    """Tell whether a text is a number of ASCII digits, short enough for `int` to be fast."""
    return text.isascii() and text.isdigit() and len(text) <= 40


def _is_x_post(holder: dict[str, Any]) -> bool:
    """Tell whether an object with an id is a post or refers to one, and not a user, place or medium."""
    return (
        "text" in holder
        or "full_text" in holder
        or holder.get("type") in ("replied_to", "quoted", "retweeted")
        or ("user_id" in holder)
    )
