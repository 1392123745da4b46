"""Past of a post: its replaced versions and numbers, each with the sequence number under which it was replaced.

A version is kept with its wire JSON and what of it was indexed, so that a search can be decided for it. Both lists are
bounded. What goes first is what was in force for the smallest share of its age; its time is given to what stood before,
so that a search seems to match later than it did and never earlier. The past lies beside the post as compressed bytes.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TypeVar

import msgspec

from pipeline.post import Post
from pipeline.query.document import Document, describe
from pipeline.store.post_json import decode_post
from pipeline.store.raw_record_compression import compress, decompress

VERSIONS_MAX = 20
"""Most replaced versions that are kept of a post."""

NUMBERS_MAX = 32
"""Most replaced numbers (likes, followers, …) that are kept of a post."""

VERSIONS_BYTES_MAX = 262_144
"""Bytes of JSON that the replaced versions of a post may have together, unless it is one alone."""


class FormerVersion(msgspec.Struct, frozen=True, array_like=True):
    """A version of a post that was in force until the sequence number `until`.

    `body` is its wire JSON without the original, and the rest its document without numbers. A post that was hidden with
    its account until then matched nothing: `body` is empty.
    """

    until: int
    body: bytes = b""
    words: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    bio: tuple[str, ...] = ()
    name: tuple[str, ...] = ()
    facets: tuple[str, ...] = ()


class FormerNumbers(msgspec.Struct, frozen=True, array_like=True):
    """Numbers of a post (`tree.NumberField`) that were in force until the sequence number `until`."""

    until: int
    numbers: dict[str, int]


class PostPast(msgspec.Struct, frozen=True, array_like=True):
    """Replaced versions and numbers of a post, oldest first."""

    versions: tuple[FormerVersion, ...] = ()
    numbers: tuple[FormerNumbers, ...] = ()

    @property
    def until(self) -> int:
        """Greatest sequence number under which something was replaced, 0 where nothing was."""
        return max((kept[-1].until for kept in (self.versions, self.numbers) if kept), default=0)

    def replaced(self, body: bytes, before: Document, after: Document, until: int, *, content: bool) -> PostPast:
        """Return the past after a change under a sequence number.

        `content`: what the post says or who says it changed, also where nothing of that is indexed.
        """
        versions, numbers = self.versions, self.numbers
        if content or _texts(before) != _texts(after):
            versions = _bounded_versions((*versions, _former(body, before, until)))
        if before.numbers != after.numbers:
            numbers = _thinned((*numbers, FormerNumbers(until, {**before.numbers})), NUMBERS_MAX)
        return self if (versions, numbers) == (self.versions, self.numbers) else PostPast(versions, numbers)

    def hidden(self, until: int) -> PostPast:
        """Return the past of a post that is shown again under a sequence number."""
        return PostPast(_bounded_versions((*self.versions, FormerVersion(until))), self.numbers)

    def described_again(self, original: Post | None) -> PostPast:
        """Return the past with its versions analysed by this program; a repost's are described by its original."""
        return PostPast(tuple(_described_again(one, original) for one in self.versions), self.numbers)


NO_PAST = PostPast()
"""Past of a post of which nothing was ever replaced."""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(PostPast).decode


def encode_past(past: PostPast) -> bytes:
    """Return the bytes to store for a past, b"" where there is none."""
    return compress(_encode(past)) if past.versions or past.numbers else b""


def decode_past(data: bytes | None) -> PostPast:
    """Return the past of stored bytes.

    Raises:
        StoreError: another version stored the bytes, or they are damaged.
    """
    return _decode(decompress(data)) if data else NO_PAST


def seen_versions(body: bytes, first_seq: int, past: PostPast) -> list[tuple[int, bytes]]:
    """Return the versions of a post, newest first, each as (sequence number from which on it was in force, wire JSON).

    `body` is the present one. The number is 0 where it is not known.
    """
    since = first_seq
    found = []
    for one in past.versions:
        if one.body:
            found.append((since, one.body))
        since = one.until
    return [*reversed([*found, (since, body)])]


def _texts(document: Document) -> object:
    return document.words, document.facets, document.urls, document.bio, document.name


def _former(body: bytes, document: Document, until: int) -> FormerVersion:
    return FormerVersion(
        until,
        body,
        tuple(document.words),
        tuple(document.urls),
        tuple(document.bio),
        tuple(document.name),
        tuple(sorted(document.facets)),
    )


def _described_again(one: FormerVersion, original: Post | None) -> FormerVersion:
    return _former(one.body, describe(decode_post(one.body), original), one.until) if one.body else one


def _bounded_versions(versions: tuple[FormerVersion, ...]) -> tuple[FormerVersion, ...]:
    kept = _thinned(versions, VERSIONS_MAX)
    while len(kept) > 1 and sum(len(one.body) for one in kept) > VERSIONS_BYTES_MAX:
        kept = _thinned(kept, len(kept) - 1)
    return kept


_T = TypeVar("_T", bound=FormerVersion | FormerNumbers)


def _thinned(kept: tuple[_T, ...], most: int) -> tuple[_T, ...]:
    """Return at most `most` entries; see the beginning of this file. The first one and the last number stay."""
    while len(kept) > most:
        if len(kept) == 2:
            return (msgspec.structs.replace(kept[0], until=kept[1].until),)
        ends, newest = [one.until for one in kept], kept[-1].until + 1
        shares = [(end - since) / (newest - since) for since, end in pairwise(ends)]
        least = shares.index(min(shares)) + 1
        longer = msgspec.structs.replace(kept[least - 1], until=kept[least].until)
        kept = (*kept[: least - 1], longer, *kept[least + 1 :])
    return kept
