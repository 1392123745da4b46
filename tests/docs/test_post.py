"""`docs/reference/post.md` describes every field of the canonical post, and no other."""

from __future__ import annotations

import re

import msgspec
import pytest

from pipeline.post import Author, Counts, Emoji, Entity, Link, Media, Poll, PollOption, Post, ReplyTo
from tests.paths import PROJECT


def _sections() -> dict[str, list[str]]:
    text = (PROJECT / "docs" / "reference" / "post.md").read_text(encoding="utf-8")
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    return {
        title: re.findall(r"^\| `(\w+)` \|[^|]+\| \S.*\|$", body, re.MULTILINE)
        for title, body in zip(parts[1::2], parts[2::2], strict=True)
    }


@pytest.mark.parametrize("kind", [Post, Author, Emoji, Counts, ReplyTo, Entity, Link, Media, Poll, PollOption])
def test_every_field_is_described_in_order(kind: type[msgspec.Struct]) -> None:
    assert _sections()[kind.__name__] == [field.encode_name for field in msgspec.structs.fields(kind)]
