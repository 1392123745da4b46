"""Summaries of events of both wires, and profiles that no event can forge."""

from __future__ import annotations

import json

import pytest

from pipeline.sources.bluesky.event_summary import EventSummary, parent_of, summarise, with_profiles
from tests.sources.simulators.jetstream import DID, commit, newer_frame


def test_profiles_are_ours_and_not_those_that_an_event_brings() -> None:
    event = b'{"did":"did:plc:a","profiles":{"did:plc:a":{"handle":"forged"}},"x":"}"} '
    decoded = json.loads(with_profiles(event, {"did:plc:a": {"handle": "ann.example"}}))
    assert decoded == {"did": "did:plc:a", "x": "}", "profiles": {"did:plc:a": {"handle": "ann.example"}}}


@pytest.mark.parametrize("newer", [False, True])
def test_event_of_either_wire_has_the_same_summary(newer: bool) -> None:
    at_us = 1_732_206_349_000_167
    parent = {"uri": "at://did:plc:bob/app.bsky.feed.post/3k", "cid": "c"}
    post = commit(at_us, rkey="3kone", reply={"parent": parent, "root": parent})
    data = json.dumps(newer_frame(post, 7) if newer else post, separators=(",", ":")).encode()
    uri = f"at://{DID}/app.bsky.feed.post/3kone"
    assert summarise(data) == EventSummary(at_us, 7 if newer else 0, DID, "post", uri, parent="did:plc:bob")
    deleted = commit(at_us, rkey="3kone", operation="delete")
    data = json.dumps(newer_frame(deleted, 7) if newer else deleted, separators=(",", ":")).encode()
    assert summarise(data) == EventSummary(at_us, 7 if newer else 0, DID, "deletion", uri)


def test_record_that_cannot_be_decoded_names_no_parent() -> None:
    assert parent_of(b"[" * 10) == parent_of(b"{}") == ""
