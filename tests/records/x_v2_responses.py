"""X API v2 responses: lines of a filtered stream, pages of searches and look-ups, errors, answers about rules.

Shapes: docs.x.com, "Filtered stream" (`matching_rules`, rules' answers, `disconnect_type`, `connection_issue`),
"Partial errors", and the `__twarc` that the collector twarc adds to each page.
"""

from __future__ import annotations

from typing import Any

from tests.records.drafts import Writer
from tests.records.x_v2_posts import V2Writer, moment


def stream(writer: Writer, count: int) -> list[dict[str, Any]]:
    """Return lines of a filtered stream: two in three with expansions, the others thin."""
    v2, made = V2Writer(writer), []
    rules = [{"id": "1166895166390583299", "tag": "harbour"}, {"id": "1166895166390583300", "tag": ""}]
    for number in range(count):
        data = v2.post()
        includes = v2.includes()
        if number % 3 == 0:
            thin = ("id", "text", "author_id", "created_at", "public_metrics", "edit_history_tweet_ids")
            data, includes = {name: data[name] for name in thin}, {}
        line: dict[str, Any] = {"data": data} | ({"includes": includes} if includes else {})
        made.append(line | {"matching_rules": rules[: 1 + number % 2]})
    return made


def pages(writer: Writer, count: int, size: int = 20) -> list[dict[str, Any]]:
    """Return pages of a search, some as twarc keeps them, and look-ups of one post."""
    v2, made = V2Writer(writer), []
    for number in range(count):
        data = [v2.post() for _ in range(size)]
        page: dict[str, Any] = {"data": data[0] if number % 7 == 6 else data, "includes": v2.includes()}
        if number % 7 != 6:
            ids = sorted((one["id"] for one in data), key=int)
            page["meta"] = {"newest_id": ids[-1], "oldest_id": ids[0], "result_count": size, "next_token": "b26v89c19"}
        if number % 3 == 0:
            page["errors"] = [_gone(ids[0], "pinned_tweet_id")] if number % 7 != 6 else []
        if number % 2:
            at = moment(writer.now_ms + 60_000).replace(".000Z", "+00:00")
            page["__twarc"] = {"url": "https://api.twitter.com/2/tweets/search/all", "version": "2.10.4"}
            page["__twarc"]["retrieved_at"] = at
        made.append(page)
    made.append({"meta": {"result_count": 0}})
    return made


def flattened(writer: Writer, count: int) -> list[dict[str, Any]]:
    """Return posts as tools flatten them: each alone, its author inside."""
    v2, made = V2Writer(writer), []
    for _ in range(count):
        post = v2.post()
        users = {user["id"]: user for user in v2.includes()["users"]}
        made.append(post | {"author": users[post["author_id"]]})
    return made


def _gone(number: str, parameter: str) -> dict[str, Any]:
    return {
        "value": number,
        "detail": f"Could not find tweet with {parameter}: [{number}].",
        "title": "Not Found Error",
        "resource_type": "tweet",
        "parameter": parameter,
        "resource_id": number,
        "type": "https://api.twitter.com/2/problems/resource-not-found",
    }


def errors() -> list[dict[str, Any]]:
    """Return errors: of one resource, of a call, and those that end a stream."""
    base = "https://api.x.com/2/problems"
    cut = {
        "title": "operational-disconnect",
        "disconnect_type": "UpstreamOperationalDisconnect",
        "detail": "This stream has been disconnected upstream for operational reasons.",
        "type": f"{base}/operational-disconnect",
    }
    wrong = {"title": "Invalid Request", "detail": "One or more parameters to your request was invalid."}
    return [
        _gone("1234567890123456789", "pinned_tweet_id"),
        {
            "value": "1234567890123456788",
            "detail": "Sorry, you are not authorized to see the Tweet with ids: [1234567890123456788].",
            "title": "Authorization Error",
            "resource_type": "tweet",
            "parameter": "ids",
            "resource_id": "1234567890123456788",
            "section": "includes",
            "type": f"{base}/not-authorized-for-resource",
        },
        wrong | {"type": f"{base}/invalid-request"},
        {"errors": [{"parameters": {"id": ["abc"]}, "message": "The id query parameter value [abc] is none"}]} | wrong,
        {"errors": [cut]},
        {
            "title": "ConnectionException",
            "detail": "This stream is currently at the maximum allowed connection limit.",
            "connection_issue": "TooManyConnections",
            "type": f"{base}/streaming-connection",
        },
    ]


def rule_answers() -> list[dict[str, Any]]:
    """Return what calls about the rules of a filtered stream answer."""
    rules = [
        {"id": "1166895166390583299", "value": "harbour has:media -grumpy", "tag": "harbour"},
        {"id": "1166895166390583300", "value": "tram lang:sv"},
    ]
    sent = "2026-05-28T20:26:40.205Z"
    summary = {"created": 2, "not_created": 0, "valid": 2, "invalid": 0}
    return [
        {"data": rules, "meta": {"sent": sent, "summary": summary}},
        {"data": rules[:1], "meta": {"sent": sent, "result_count": 1}},
        {"data": rules, "meta": {"sent": sent}},
        {"meta": {"sent": sent, "summary": {"deleted": 1, "not_deleted": 0}}},
    ]
