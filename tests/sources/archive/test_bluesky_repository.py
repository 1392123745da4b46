"""Bluesky repositories: the posts that the commit's tree reaches, in constant memory, whatever the order of blocks."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from pipeline.errors import RecordError
from pipeline.normalise import normalise
from pipeline.sources.archive.bluesky_repository import repository_records
from pipeline.sources.archive.car_blocks import BLOCK_MAX_BYTES
from pipeline.sources.archive.member_recognition import member_kind
from tests.normalise.sample_records import NOW, posts
from tests.sources.archive.car_writer import Car, Link, varint

DID = "did:plc:ewvi7nxzyoun6zhxrhs64oiz"
KEY, EARLIER, REV = "3l4abcdefgh2k", "3k4abcdefgh2k", "3m4abcdefgh2k"
POST = {"$type": "app.bsky.feed.post", "createdAt": "2024-09-20T10:00:00.000Z", "langs": ["en"], "text": "hello"}


def _repository(text: str = "hello") -> tuple[Car, Link]:
    car = Car()
    picture = Link(b"\x01\x55\x12\x20" + bytes(range(32)))
    blob = {"$type": "blob", "mimeType": "image/jpeg", "ref": picture, "size": 5}
    embed = {"$type": "app.bsky.embed.images", "images": [{"alt": "a bird", "image": blob}]}
    profile = {"$type": "app.bsky.actor.profile", "description": "I watch birds", "displayName": "Ada"}
    repost = {
        "$type": "app.bsky.feed.repost",
        "createdAt": "2024-01-01T00:00:00.000Z",
        "subject": {"cid": "bafyreib", "uri": "at://did:plc:other/app.bsky.feed.post/3k2"},
    }
    inner = car.node({f"app.bsky.feed.post/{KEY}": car.add(POST | {"embed": embed, "text": text})})
    top = car.node(
        {
            "app.bsky.actor.profile/self": car.add(profile),
            f"app.bsky.feed.like/{KEY}": car.add({"$type": "app.bsky.feed.like"}),
            f"app.bsky.feed.post/{EARLIER}": car.add(POST | {"createdAt": "2023-06-01T10:00:00.000Z", "text": "first"}),
        },
        right=inner,
    )
    car.node({"app.bsky.feed.post/3l5abcdefgh2k": car.add(POST | {"text": "left in the file, not in the tree"})})
    root = car.node({f"app.bsky.feed.repost/{KEY}": car.add(repost)}, left=top)
    return car, car.commit(DID, REV, root)


def _events(data: bytes, step: int = 7, start: int = 0) -> list[dict[str, Any]]:
    blocks = [data[at : at + step] for at in range(0, len(data), step)]
    return [json.loads(record) for cuts in repository_records(lambda: iter(blocks), start) for record, _ in cuts]


@pytest.mark.parametrize("cid_last", [False, True])
def test_posts_and_reposts_of_the_owner_are_read_whatever_the_order_of_blocks(cid_last: bool) -> None:
    car, root = _repository()
    data = car.file(root, cid_last)
    assert (member_kind("repo", data[:4096]) or "nothing")[:3] == ("bluesky", "repository", "posts")
    found = [post for event in _events(data) for post in posts(normalise(json.dumps(event).encode(), "replay", NOW))]
    assert {post.text for post in found} == {"first", "hello", ""}
    written = next(post for post in found if post.text == "hello")
    assert (written.id, written.author.name, written.author.bio) == (f"bluesky:{DID}/{KEY}", "Ada", "I watch birds")
    assert written.media[0].alt == "a bird"
    assert "bafkrei" in written.media[0].url
    reposted = next(post for post in found if post.repost_of)
    assert reposted.repost_of == "bluesky:did:plc:other/3k2"


def test_a_post_has_the_time_of_its_key_as_version_and_never_outranks_the_post_that_the_stream_told() -> None:
    car, root = _repository()
    event = next(event for event in _events(car.file(root)) if event["commit"]["record"].get("text") == "hello")
    assert event["commit"]["rev"] == KEY
    (post,) = posts(normalise(json.dumps(event).encode(), "replay", NOW))
    live = {**event, "commit": {**event["commit"], "rev": "3l4abcdefgi2k"}}
    (streamed,) = posts(normalise(json.dumps(live).encode(), "bluesky", NOW))
    assert post.version <= streamed.version


def test_reading_goes_on_behind_an_offset() -> None:
    car, root = _repository()
    data = car.file(root)
    cuts = [cut for cuts in repository_records(lambda: iter([data])) for cut in cuts]
    assert len(cuts) == 3
    for index, (_, end) in enumerate(cuts):
        assert [json.dumps(event) for event in _events(data, start=end)] == [
            json.dumps(json.loads(record)) for record, _ in cuts[index + 1 :]
        ]


def test_a_profile_for_signed_in_people_withholds_its_posts() -> None:
    car = Car()
    hidden = {"labels": {"values": [{"val": "!no-unauthenticated"}]}, "$type": "app.bsky.actor.profile"}
    records = {"app.bsky.actor.profile/self": car.add(hidden), f"app.bsky.feed.post/{KEY}": car.add(POST)}
    (event,) = _events(car.file(car.commit(DID, REV, car.node(records))))
    assert posts(normalise(json.dumps(event).encode(), "replay", NOW)) == []


def test_a_file_that_ends_early_gives_what_came_before_and_says_so() -> None:
    car, root = _repository()
    data = car.file(root, cid_last=True)[:-3]
    with pytest.raises(RecordError, match="ends early"):
        _events(data)  # the block at the end is the first that was added: a post's
    (cuts,) = itertools.islice(repository_records(lambda: iter([data])), 1)
    assert len(cuts) == 2


@pytest.mark.parametrize("data", [b"", b"no car at all, but text", varint(BLOCK_MAX_BYTES + 1), b"\xff" * 20])
def test_what_is_no_repository_is_refused(data: bytes) -> None:
    with pytest.raises(RecordError):
        _events(data)


def test_a_block_that_does_not_have_its_hash_or_is_too_long_costs_no_other() -> None:
    car, root = _repository()
    cid, data = car.blocks[0]
    car.blocks[0] = (cid, data[:-1] + bytes([data[-1] ^ 1]))
    car.blocks.insert(3, (cid, b"\x00" * (BLOCK_MAX_BYTES + 1)))
    assert len(_events(car.file(root), step=65536)) == 2
