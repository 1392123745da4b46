"""X's personal archive: completes each of its posts with the owner's account and with the whole text of a long post.

`account.js`, `profile.js` and `manifest.js` tell who the owner is and when the archive was made; e-mail addresses and
telephone numbers in them are not taken over. A long post stands cut in `tweets.js` and whole in `note-tweet.js`. Both
have ids of their own, so they are joined by their time (the second) and their beginning. Posts of the archives before
2019 (Grailbird) name their author and stay as they are.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec
from msgspec import Raw

from pipeline.errors import RecordError
from pipeline.normalise.x.personal_archive.wire import ArchiveOwner
from pipeline.sources.archive.archive_contract import MemberKind, whole_member

MAX_NOTE_SHIFT_S = 2
"""Seconds by which the times of a long post and of its whole text may differ."""

COMPARED_CHARS = 40
"""Characters by which a long post and its whole text are compared."""

_MALFORMED = (msgspec.MsgspecError, ValueError, RecursionError)
_MENTIONS = re.compile(r"^(?:@\w+\s+)+")
_CUT_END = re.compile(r"(?:…|\.\.\.)?\s*(?:https?://t\.co/\w+\s*)*$")
_BLANKS = re.compile(r"\s+")


class _Account(msgspec.Struct, rename="camel"):
    account_id: str = ""
    username: str = ""
    account_display_name: str = ""


class _Description(msgspec.Struct):
    bio: str = ""


class _Profile(msgspec.Struct, rename="camel"):
    description: _Description | None = None
    avatar_media_url: str = ""


class _ArchiveInfo(msgspec.Struct, rename="camel"):
    generation_date: str = ""


class _UserInfo(msgspec.Struct, rename="camel"):
    account_id: str = ""
    user_name: str = ""
    display_name: str = ""


class _Manifest(msgspec.Struct, rename="camel"):
    user_info: _UserInfo | None = None
    archive_info: _ArchiveInfo | None = None


class _NoteCore(msgspec.Struct):
    text: str = ""


class _Note(msgspec.Struct, rename="camel"):
    created_at: str = ""
    core: _NoteCore | None = None


class _Cut(msgspec.Struct):
    created_at: str = ""
    full_text: str = ""
    text: str = ""


class _EditIds(msgspec.Struct, rename="camel"):
    edit_tweet_ids: list[str] = []


class _Edit(msgspec.Struct, rename="camel"):
    initial_tweet_id: str = ""
    edit_control_initial: _EditIds | None = None


class _EditInfo(msgspec.Struct):
    initial: _EditIds | None = None
    edit: _Edit | None = None


_decode_members = msgspec.json.Decoder(list[dict[str, Raw]]).decode
_decode_object = msgspec.json.Decoder(dict[str, Raw]).decode


class XArchive:
    """The context of one personal archive of X: its owner, and the whole texts of long posts."""

    def __init__(self) -> None:
        self._owner = ArchiveOwner()
        self._notes: dict[int, list[tuple[str, bytes]]] = {}

    def learn(self, kind: MemberKind, blocks: Iterable[bytes]) -> None:
        """Take in `account.js`, `profile.js`, `manifest.js` or `note-tweet.js`, as `OwnerArchive.learn` describes."""
        text = whole_member(kind, blocks).partition(b"=")[2].strip().rstrip(b";")
        try:
            if kind.part == "manifest":
                self._learn_manifest(msgspec.json.decode(text, type=_Manifest))
                return
            for member in _decode_members(text):
                if kind.part == "account":
                    self._learn_account(msgspec.json.decode(member.get("account", b"{}"), type=_Account))
                elif kind.part == "profile":
                    self._learn_profile(msgspec.json.decode(member.get("profile", b"{}"), type=_Profile))
                elif "noteTweet" in member:
                    self._learn_note(bytes(member["noteTweet"]))
        except _MALFORMED as error:
            raise RecordError(f"{kind.part} of an archive of X cannot be read: {error}"[:200]) from error

    def record(self, item: bytes) -> bytes | None:
        """Return a post with its owner beside it, as `OwnerArchive.record` describes."""
        try:
            found = _decode_object(item)
            tweet = bytes(found.get("tweet", item))
            if "user" in found:
                return item
            note = self._note_of(msgspec.json.decode(tweet, type=_Cut))
            tweet = msgspec.json.format(_with_edit_history(tweet), indent=-1)
        except _MALFORMED:
            return item
        parts = [b'{"x_archive":', msgspec.json.encode(self._owner)]
        if note:
            parts += [b',"note_tweet":', note]
        return b"".join([*parts, b',"tweet":', tweet, b"}"])

    def _learn_manifest(self, found: _Manifest) -> None:
        if found.user_info is not None:
            info = found.user_info
            self._learn_account(_Account(info.account_id, info.user_name, info.display_name))
        if found.archive_info is not None:
            self._owner.generated_at = found.archive_info.generation_date

    def _learn_account(self, found: _Account) -> None:
        self._owner.id = found.account_id or self._owner.id
        self._owner.username = found.username or self._owner.username
        self._owner.name = found.account_display_name or self._owner.name

    def _learn_profile(self, found: _Profile) -> None:
        self._owner.bio = found.description.bio if found.description is not None else ""
        self._owner.avatar = found.avatar_media_url

    def _learn_note(self, raw: bytes) -> None:
        note = msgspec.json.decode(raw, type=_Note)
        second = _iso_second(note.created_at)
        if second is not None and note.core is not None and note.core.text:
            self._notes.setdefault(second, []).append((_beginning(note.core.text), msgspec.json.format(raw, indent=-1)))

    def _note_of(self, cut: _Cut) -> bytes:
        """Return the whole text of a long post as it stands in the archive; b"" for any other post."""
        second = _x_second(cut.created_at) if self._notes else None
        beginning = _beginning(_CUT_END.sub("", cut.full_text or cut.text))
        if second is None or not beginning:
            return b""
        for shift in sorted(range(-MAX_NOTE_SHIFT_S, MAX_NOTE_SHIFT_S + 1), key=abs):
            for start, note in self._notes.get(second + shift, ()):
                if start.startswith(beginning):
                    return note
        return b""


def _with_edit_history(tweet: bytes) -> bytes:
    """Return an edited post with the ids of its versions under the name that API v1.1 has for them."""
    fields = _decode_object(tweet)
    info = msgspec.json.decode(fields["edit_info"], type=_EditInfo) if "edit_info" in fields else None
    control = info.edit.edit_control_initial if info is not None and info.edit is not None else None
    ids = [*(control or (info.initial if info is not None else None) or _EditIds()).edit_tweet_ids]
    if info is not None and info.edit is not None and info.edit.initial_tweet_id:
        ids = [info.edit.initial_tweet_id, *ids]
    ids = list(dict.fromkeys(ids))
    if len(ids) < 2:
        return tweet
    history = {"initial_tweet_id": ids[0], "edit_tweet_ids": ids}
    return msgspec.json.encode({**fields, "edit_history": history})


def _beginning(text: str) -> str:
    """Return the first characters of a text: unescaped, without the mentions of a reply, blanks as single spaces."""
    plain = _BLANKS.sub(" ", _MENTIONS.sub("", html.unescape(text[:2000]))).strip()
    return plain[:COMPARED_CHARS]


def _iso_second(text: str) -> int | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def _x_second(text: str) -> int | None:
    try:
        return int(datetime.strptime(text, "%a %b %d %H:%M:%S %z %Y").timestamp())
    except ValueError:
        return _iso_second(text)
