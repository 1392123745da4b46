"""Hard records of the samples, field by field, against `golden.jsonl`, each line checked by eye when it was written.

Words, handles and addresses are there as lengths and a fingerprint: no post is copied into the project.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import msgspec
import pytest

from pipeline.normalise import normalise
from pipeline.post import Post
from tests.normalise.records import NOW, lines, posts
from tests.paths import PROJECT


def _find(name: str, post_id: str) -> Post:
    key = post_id.rpartition("/")[2].rpartition(":")[2].encode()
    for line in lines(name):
        if key in line:
            for post in posts(normalise(line, "replay", NOW)):
                if post.id == post_id:
                    return post
    raise AssertionError(f"{post_id} is not in {name}")


def _shape(post: Post) -> dict[str, Any]:
    """Return a post without what is empty; its words, handles and addresses as a fingerprint and how many there are."""
    tree: dict[str, Any] = msgspec.to_builtins(post)
    words = [tree.pop(name) for name in ("text", "url", "hashtags", "cashtags", "mentions", "links", "hosts")]
    seen = json.dumps([*words, post.author.handle, [one.url for one in post.media]], ensure_ascii=True)
    tree["words"] = hashlib.sha1(seen.encode()).hexdigest()[:16]  # noqa: S324 - a fingerprint, nothing secret
    tree["sizes"] = [len(one) for one in words]
    tree["author"] = [post.author.id, post.author.followers]
    tree["counts"] = [post.counts.replies, post.counts.reposts, post.counts.quotes, post.counts.likes]
    tree["entities"] = [f"{one.type[0]}{one.start}-{one.end}" for one in post.entities]
    tree["media"] = [one.type for one in post.media]
    tree["reply_to"] = [post.reply_to.id, post.reply_to.author] if post.reply_to else None
    del tree["received_at"]
    return {name: value for name, value in tree.items() if value not in ([], None, "", False, 0)}


CASES: list[dict[str, Any]] = [
    json.loads(line) for line in (PROJECT / "tests/normalise/golden.jsonl").read_text().splitlines()
]


@pytest.mark.parametrize("case", CASES, ids=[case["why"] for case in CASES])
def test_hard_record_becomes_exactly_this_post(case: dict[str, Any]) -> None:
    expected = {name: value for name, value in case.items() if name not in ("file", "why")}
    assert _shape(_find(case["file"], case["id"])) == expected
