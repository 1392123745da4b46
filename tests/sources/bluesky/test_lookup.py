"""Look-ups at Bluesky: missing posts are deleted, and nothing is concluded from a refusal."""

from __future__ import annotations

import pytest

from pipeline.sources.bluesky.lookup import BlueskyLookup
from pipeline.sources.lookup_contract import RetryLater
from tests.sources.simulators.bluesky_api import BlueskyApi


def test_bluesky_leaves_out_what_is_deleted() -> None:
    with BlueskyApi() as api:
        api.count("did:plc:ann", "3k1", "there")
        looked = BlueskyLookup(api.url).look(["bluesky:did:plc:ann/3k1", "bluesky:did:plc:ann/3k2", "bluesky:odd"])
        assert looked.deleted == ["bluesky:did:plc:ann/3k2"]
        assert looked.unsure == 1
        assert not looked.fresh


def test_bluesky_that_refuses_or_answers_oddly_changes_no_post() -> None:
    with BlueskyApi() as api:
        for answer in (
            (429, {"Retry-After": "7"}, b""),
            (500, {}, b""),
            (200, {}, b"not json"),
            (200, {}, b"{}"),
            (200, {}, b'{"posts":[{"uri":"at://did:plc:eve/app.bsky.feed.post/1"}]}'),
        ):
            api.post_answers.append(answer)
            with pytest.raises(RetryLater) as caught:
                BlueskyLookup(api.url).look(["bluesky:did:plc:ann/3k1"])
            assert caught.value.pause_s == (7 if answer[0] == 429 else 0)


@pytest.mark.parametrize("label", ["!hide", "!takedown", "!suspend", "!no-unauthenticated"])
@pytest.mark.parametrize("of_author", [False, True])
def test_post_that_a_label_hides_from_everybody_counts_as_deleted(label: str, of_author: bool) -> None:
    with BlueskyApi() as api:
        for key in ("3k1", "3k2", "3k3"):
            api.count("did:plc:ann", key, "there")
        for key, labels in (
            ("3k1", [{"val": label}]),
            ("3k2", [{"val": label, "neg": True}]),
            ("3k3", [{"val": "porn"}]),
        ):
            view = api.posts[f"at://did:plc:ann/app.bsky.feed.post/{key}"]
            (view["author"] if of_author else view)["labels"] = labels
        looked = BlueskyLookup(api.url).look([f"bluesky:did:plc:ann/{key}" for key in ("3k1", "3k2", "3k3")])
        assert looked.deleted == ["bluesky:did:plc:ann/3k1"]
