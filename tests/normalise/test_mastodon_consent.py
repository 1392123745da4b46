"""Authors who opted out: nothing of their statuses is kept, wherever the status stands in a record; a link stays."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipeline.normalise import normalise
from pipeline.post import Deletion, Event, Notice, Post, Upsert

AT = 1_780_000_000_000
SECRET = "words of somebody who opted out"
LINK = "https://far.example/@bo/2"


def _status(number: int, name: str = "ann", host: str = "home.example", **more: Any) -> dict[str, Any]:
    account = {"id": name, "acct": f"{name}@{host}", "uri": f"https://{host}/users/{name}", "indexable": True}
    return {
        "id": str(number),
        "uri": f"https://{host}/users/{name}/statuses/{number}",
        "url": f"https://{host}/@{name}/{number}",
        "created_at": "2026-05-01T10:00:00.000Z",
        "content": "<p>open words</p>",
        "visibility": "public",
        "account": account | more.pop("account", {}),
        **more,
    }


def _hidden(**choice: Any) -> dict[str, Any]:
    """Return a status of an author who opted out."""
    account = choice or {"indexable": False}
    return _status(2, "bo", "far.example", account=account, content=f"<p>{SECRET}</p>", spoiler_text=SECRET)


def _forms(status: dict[str, Any]) -> dict[str, bytes]:
    """Return a status in every form in which it may come."""
    text = json.dumps(status)
    return {
        "REST": text.encode(),
        "REST, indented": json.dumps(status, indent=1).encode(),
        "list": json.dumps([status]).encode(),
        "search": json.dumps({"statuses": [status], "accounts": []}).encode(),
        "event": json.dumps({"event": "update", "payload": text}).encode(),
        "WebSocket": json.dumps({"stream": ["public"], "event": "update", "payload": text}).encode(),
        "recorded": json.dumps({"event": "update", "payload": status}).encode(),
        "lines": b"event: update\ndata: " + text.encode() + b"\n\n",
        "data alone": b"data: " + text.encode() + b"\n",
    }


FORMS = list(_forms({}))
LABELS = ["mastodon", "replay", "stdin", "ingest", "lookup"]


def _normalised(record: bytes, label: str = "replay", **more: Any) -> list[Event]:
    return normalise(record, label, AT, "home.example", **more)


def _posts(events: list[Event]) -> list[Post]:
    return [event.post for event in events if isinstance(event, Upsert)]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("choice", [{"indexable": False}, {"discoverable": False}, {"noindex": True}])
def test_status_of_an_author_who_opted_out_is_a_notice_in_every_form(form: str, choice: dict[str, bool]) -> None:
    record = _forms(_hidden(**choice))[form]
    (event,) = _normalised(record)
    assert isinstance(event, Notice)
    assert event.kind == "withheld"
    assert [post.text for post in _posts(_normalised(record, consent=False))] == [f"{SECRET}\n\n{SECRET}"]


NESTED: dict[str, dict[str, Any]] = {
    "quoted": {"quote": {"state": "accepted", "quoted_status": _hidden()}},
    "quoted, as other servers put it": {"quote": _hidden()},
    "quoted, beside": {"pleroma": {"quote": _hidden(), "local": True}},
    "in a list": {"related": [_hidden(), {"x": 1}]},
    "boosted": {
        "reblog": _hidden(),
        "content": f"<p>{SECRET}</p>",
        "card": {"url": "https://x.example", "title": SECRET},
    },
    "quoted by a quoted one": {
        "quote": {
            "state": "accepted",
            "quoted_status": _status(3, "cy", quote={"state": "accepted", "quoted_status": _hidden()}),
        }
    },
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("where", NESTED)
def test_nothing_of_a_nested_status_is_kept_and_the_outer_post_links_to_it(form: str, where: str) -> None:
    events = _normalised(_forms(_status(1, **NESTED[where]))[form])
    posts = _posts(events)
    assert [post.id for post in posts if "far.example" in post.id] == []
    assert posts, "the outer post stays"
    assert all(SECRET.encode() not in event.raw for event in events if isinstance(event, Upsert))
    assert SECRET not in str(posts)
    holder = posts[0] if where == "quoted by a quoted one" else posts[-1]
    assert [link.url for link in holder.links] == [LINK]
    assert LINK in holder.text
    assert "" == holder.repost_of == holder.quote_of


@pytest.mark.parametrize("label", LABELS)
def test_every_way_in_heeds_the_choice_inside_a_status(label: str) -> None:
    events = _normalised(_forms(_status(1, **NESTED["quoted"]))["REST"], label)
    assert [post.id for post in _posts(events)] == ["mastodon:home.example/1"]
    assert SECRET not in str(events)


def test_link_that_stands_in_the_text_is_not_repeated_and_is_shown() -> None:
    content = f'<p class="quote-inline">RE: <a href="{LINK}">far.example/@bo/2</a></p><p>look</p>'
    (post,) = _posts(_normalised(_forms(_status(1, content=content, **NESTED["quoted"]))["REST"]))
    assert post.text.count("far.example") == 1
    assert [link.url for link in post.links] == [LINK]


def test_preview_of_the_quoted_status_goes_with_it() -> None:
    card = {"url": LINK, "title": SECRET, "description": SECRET}
    (event,) = _normalised(_forms(_status(1, card=card, **NESTED["quoted"]))["REST"])
    assert SECRET not in str(event)


def test_agreeing_originals_and_their_raw_record_stay_as_they_are() -> None:
    record = _forms(_status(1, quote={"state": "accepted", "quoted_status": _status(3, "cy")}))["REST"]
    *_, outer = _normalised(record)
    assert isinstance(outer, Upsert)
    assert outer.raw == record
    assert outer.post.quote_of == "mastodon:home.example/3"


def test_edit_of_an_author_who_opted_out_deletes_the_status_under_its_own_id() -> None:
    (event,) = _normalised(json.dumps({"event": "status.update", "payload": json.dumps(_hidden())}).encode())
    assert isinstance(event, Deletion)
    assert event.id == "mastodon:far.example/2"


def test_events_of_one_record_do_not_keep_each_other() -> None:
    first, second = (json.dumps(_status(number, content=f"<p>words {number}</p>")) for number in (1, 2))
    events = _normalised(f"event: update\ndata: {first}\n\nevent: update\ndata: {second}\n\n".encode())
    raws = [event.raw for event in events if isinstance(event, Upsert)]
    assert [b"words 1" in raw for raw in raws] == [True, False]
    assert [_posts(_normalised(raw))[0].text for raw in raws] == ["words 1", "words 2"]
