"""Summaries of events of both wires, and profiles that no event can forge."""

from __future__ import annotations

import json

import pytest

from pipeline.sources.bluesky.event_enrichment import AuthorNames
from pipeline.sources.bluesky.event_summary import EventSummary, parent_of, summarise, with_profiles
from pipeline.sources.bluesky.profiles import Profiles
from pipeline.sources.bluesky.reaction_counts import ReactionCounts
from tests.sources.simulators.jetstream import DID, commit, newer_frame
from tests.sources.simulators.jetstream_world import tid


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


REV_US = 1_725_911_162_000_000
STAMPED = "2026-08-14T11:55:42.9Z"
STAMPED_US = 1_786_708_542_900_000


@pytest.mark.parametrize("newer", [False, True])
@pytest.mark.parametrize(
    ("kind", "inner", "written_us"),
    [
        ("commit", {"rev": tid(REV_US)}, REV_US),
        ("commit", {"rev": "x"}, 0),
        ("commit", {"rev": "3l3qo2vutsw2!"}, 0),
        ("commit", {"rev": 7}, 0),
        ("commit", {}, 0),
        ("identity", {"did": DID, "handle": "a.example", "time": STAMPED}, STAMPED_US),
        ("account", {"did": DID, "active": True, "time": STAMPED}, STAMPED_US),
        ("account", {"did": DID, "active": True, "time": 5}, 0),
        ("account", {"did": DID, "active": True, "time": "soon"}, 0),
    ],
)
def test_stamp_of_the_authors_side_is_read_where_there_is_one(
    newer: bool, kind: str, inner: dict[str, object], written_us: int
) -> None:
    event = {"did": DID, "time_us": STAMPED_US + 5_000_000, "kind": kind, kind: inner}
    found = summarise(json.dumps(newer_frame(event, 7) if newer else event, separators=(",", ":")).encode())
    assert found is not None
    assert found.written_us == written_us
    assert found.time_us == STAMPED_US + 5_000_000


def test_broken_chain_is_heard_on_the_newer_wire() -> None:
    event = {"did": DID, "time_us": 5_000_000, "kind": "sync", "sync": {"did": DID, "rev": "x", "time": STAMPED}}
    data = json.dumps(newer_frame(event, 7), separators=(",", ":")).encode()
    assert summarise(data) == EventSummary(5_000_000, 7, DID, "sync", written_us=STAMPED_US)
    assert AuthorNames(Profiles(""), ReactionCounts("")).named(EventSummary(kind="sync"), data) == data, "passed on"


def test_number_of_an_event_is_read_on_both_wires() -> None:
    event = json.dumps(commit(5) | {"cursor": 12_345}).encode()
    odd = json.dumps(commit(5) | {"cursor": "x"}).encode()
    assert [found.seq for data in (event, odd) if (found := summarise(data))] == [12_345, 0]


def test_record_that_cannot_be_decoded_names_no_parent() -> None:
    assert parent_of(b"[" * 10) == parent_of(b"{}") == ""


def _summary(**record: object) -> EventSummary:
    found = summarise(json.dumps(commit(1_732_206_349_000_167, **record), separators=(",", ":")).encode())  # type: ignore[arg-type] # any field of a record
    assert found is not None
    return found


@pytest.mark.parametrize("reply", [5, "x", [], {"parent": 5}, {"parent": {"uri": 5}}, {}, None])
def test_broken_reply_costs_no_post(reply: object) -> None:
    assert (_summary(reply=reply).kind, _summary(reply=reply).parent) == ("post", "")


def test_mentioned_accounts_are_told_and_those_that_the_text_does_not_name() -> None:
    def over(start: int, end: int, did: object) -> dict[str, object]:
        feature = {"$type": "app.bsky.richtext.facet#mention", "did": did}
        return {"index": {"byteStart": start, "byteEnd": end}, "features": [feature]}

    text = "@bob.example Zoe me"
    facets = [over(0, 12, "did:plc:bob"), over(13, 16, "did:plc:zoe"), over(17, 19, DID), over(0, 3, 5), 7]
    found = _summary(text=text, facets=facets)
    assert (found.mentioned, found.unnamed) == (("did:plc:bob", "did:plc:zoe", DID), ("did:plc:zoe",))
    many = _summary(text="x", facets=[over(0, 1, f"did:plc:{number}") for number in range(50)])
    assert len(many.mentioned) == 20
    assert _summary(text="x", facets="#mention").mentioned == ()
