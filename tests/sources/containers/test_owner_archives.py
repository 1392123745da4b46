"""Archives of one owner are read from a zip, a tar, a folder or a single file of them, each with its own owner."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.normalise import normalise
from pipeline.post import Upsert
from tests.sources.archive.test_bluesky_repository import _repository
from tests.sources.archive.test_mastodon_archive import ACTOR, CONTEXT, create
from tests.sources.archive.test_x_archive import ACCOUNT, ID, script, tweet
from tests.sources.containers import read, tar, zipped

NOW = 1_790_000_000_000


def account(name: str) -> bytes:
    return script("account", [{"account": ACCOUNT["account"] | {"username": name, "accountId": name[-2:]}}])


def tweets(number: int, count: int = 3) -> bytes:
    made = [
        {"tweet": tweet(id_str=str(int(ID) + number + one), id=str(int(ID) + number + one))} for one in range(count)
    ]
    return script("tweets", made)


X = {
    "Your archive.html": b"<!doctype html><p>hello",
    "data/account.js": account("ada12"),
    "data/like.js": script("like", [{"like": {"tweetId": "1", "fullText": "liked"}}]),
    "data/tweets.js": tweets(0),
    "data/tweets_media/1-a.jpg": b"\xff\xd8\xff\xe0",
}
"""The members of X's archive, the posts before what tells their owner in the order of names."""


def named(found: list[Any]) -> list[str]:
    """Return the authors' names of the posts that records become."""
    events = [event for one in found for event in normalise(one.data, "import", NOW)]
    return [event.post.author.handle for event in events if isinstance(event, Upsert)]


def plain(members: dict[str, bytes]) -> dict[str, bytes]:
    """Return members with names as `zipped` and `tar` take them."""
    return {name.replace("_", "-").replace("/", "__").replace(".", "_"): body for name, body in members.items()}


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz", "zip of zip"])
def test_an_archive_is_read_as_its_owners_and_the_rest_is_told(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "file"
    members = plain(dict(sorted(X.items(), reverse=True)))
    path.write_bytes(
        {
            "zip": lambda: zipped(**members),
            "tar": lambda: tar(**members),
            "tar.gz": lambda: gzip.compress(tar(**members)),
            "zip of zip": lambda: zipped(mine_zip=zipped(**members)),
        }[kind]()
    )
    records, remarks, why = read(path)
    assert named(records) == ["ada12"] * 3
    assert why == ""
    told = {(one.kind, one.name.rpartition("/")[2]) for one in remarks}
    assert ("left out", "like.js") in told
    assert ("refused", "Your archive.html") in told
    rest, _, _ = read(path, records[1].place)
    assert [one.data for one in rest] == [records[2].data]


def test_two_archives_in_one_container_keep_their_owners_apart(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(
        zipped(
            a__tweets_js=tweets(0),
            a__account_js=account("ada12"),
            b__account_js=account("bea34"),
            b__tweets_js=tweets(10),
        )
    )
    records, _, _ = read(path)
    assert named(records) == ["ada12"] * 3 + ["bea34"] * 3


def test_a_single_file_of_an_archive_is_read_with_what_lies_beside_it(tmp_path: Path) -> None:
    (tmp_path / "account.js").write_bytes(account("ada12"))
    (tmp_path / "tweets.js").write_bytes(b"\xef\xbb\xbf" + tweets(0))
    assert named(read(tmp_path / "tweets.js")[0]) == ["ada12"] * 3
    assert read(tmp_path / "account.js")[0] == []


def test_a_mastodon_archive_is_read_as_its_owners(tmp_path: Path) -> None:
    outbox = {"@context": CONTEXT[0], "id": "outbox.json", "type": "OrderedCollection", "orderedItems": [create()] * 2}
    members = {
        "avatar.png": b"\x89PNG",
        "outbox.json": json.dumps(outbox).encode(),
        "actor.json": json.dumps(ACTOR).encode(),
    }
    path = tmp_path / "file"
    for body in (zipped(**plain(members)), gzip.compress(tar(**plain(members)))):
        path.write_bytes(body)
        records, _, why = read(path)
        assert (named(records), why) == (["ada@home.example"] * 2, "")


def test_a_repository_is_read_by_itself_and_in_a_container(tmp_path: Path) -> None:
    car, root = _repository()
    body = car.file(root, False)
    for number, packed in enumerate([body, gzip.compress(body), zipped(repo_car=body), tar(repo_car=body)]):
        path = tmp_path / str(number)
        path.write_bytes(packed)
        records, _, why = read(path)
        assert why == ""
        assert records
        assert json.loads(records[0].data)["did"].startswith("did:plc:")
        rest, _, _ = read(path, records[0].place)
        assert [one.data for one in rest] == [one.data for one in records[1:]]
