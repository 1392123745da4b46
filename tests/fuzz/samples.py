"""Seeds of the mutations: one record of every format, and searches that use the whole language."""

from __future__ import annotations

from typing import Any

_OURS = {
    "murmur": 1,
    "created_at": 1_790_000_000_000,
    "version": 1_790_000_000_000,
    "lang": "en",
    "url": "https://a.example/1",
}
_ANN = {"id": "7", "handle": "ann", "name": "Ann", "bio": "I am", "avatar": "https://a.example/a.png", "followers": 3}
_STATUS = {
    "id": "123",
    "uri": "https://home.example/users/ann/statuses/123",
    "created_at": "2026-01-01T00:00:00.000Z",
    "content": "<p>hi <a href='https://a.example'>a</a></p>",
    "visibility": "public",
    "spoiler_text": "cw",
    "language": "en",
    "mentions": [{"acct": "bob", "id": "2", "url": "https://home.example/@bob"}],
    "tags": [{"name": "cats"}],
    "media_attachments": [{"type": "image", "url": "https://a.example/1.png"}],
    "in_reply_to_id": "5",
    "account": {
        "id": "1",
        "acct": "ann",
        "uri": "https://home.example/users/ann",
        "note": "<p>n</p>",
        "followers_count": 4,
    },
}
_POST = {
    "text": "hi @ann cats",
    "createdAt": "2026-01-01T00:00:00Z",
    "langs": ["en"],
    "tags": ["cats"],
    "facets": [
        {"index": {"byteStart": 0, "byteEnd": 2}, "features": [{"$type": "app.bsky.richtext.facet#tag", "tag": "hi"}]}
    ],
    "reply": {
        "parent": {"uri": "at://did:plc:b/app.bsky.feed.post/3k"},
        "root": {"uri": "at://did:plc:b/app.bsky.feed.post/3k"},
    },
    "embed": {"$type": "app.bsky.embed.record", "record": {"uri": "at://did:plc:c/app.bsky.feed.post/3l", "cid": "c"}},
}
_FEED = "app.bsky.feed.post"
_JET: dict[str, Any] = {"did": "did:plc:a", "time_us": 1_790_000_000_000_000}
_USER = {"id": 12, "id_str": "12", "screen_name": "jack", "name": "Jack", "followers_count": 5, "description": "d"}
_X = {
    "id": 20,
    "id_str": "20",
    "text": "hi #cats @ann $TSLA",
    "created_at": "Tue Mar 21 20:50:14 +0000 2006",
    "user": _USER,
    "entities": {"hashtags": [{"text": "cats", "indices": [3, 8]}], "urls": [], "user_mentions": []},
}

_OWN = _OURS | {"id": "x:1", "source": "x", "author": _ANN}
_GONE = {"operation": "delete", "collection": _FEED, "rkey": "3k", "rev": ""}
_FRAME = {"$type": "a#account", "did": "did:plc:a", "time": "2026-01-01T00:00:00Z"}
_FAR = _STATUS | {"id": "9", "uri": "https://far.example/users/eve/statuses/9"}
_TWEET = {"id": "20", "text": "hi", "author_id": "12", "created_at": "2026-01-01T00:00:00Z"}
_AROUND = {"users": [{"id": "12", "username": "jack", "name": "J"}], "tweets": [{"id": "19", "text": "t"}]}

RECORDS: tuple[Any, ...] = (
    _OURS | {"id": "demo:1", "source": "demo", "text": "hello cats", "author": _ANN, "hashtags": ["cats"]},
    _OURS | {"id": "x:2", "source": "x", "author": _ANN, "repost_of": "x:1", "original": _OWN},
    {"murmur": 1, "kind": "delete", "id": "demo:1", "at": 1_790_000_000_000},
    {"murmur": 1, "kind": "forget", "id": "x:", "source": "x", "author": {"id": "44196397", "handle": ""}},
    _JET | {"kind": "commit", "commit": _GONE | {"operation": "create", "record": _POST}},
    _JET | {"kind": "commit", "commit": _GONE},
    _JET | {"kind": "account", "account": {"active": False, "status": "deleted"}},
    {"$type": "message", "payload": _FRAME | {"account": {"active": False, "status": "takendown"}}},
    _STATUS,
    _STATUS | {"reblog": _FAR},
    _STATUS | {"quote": {"state": "accepted", "quoted_status": _FAR}},
    {"event": "update", "payload": _STATUS},
    {"event": "delete", "payload": "123", "uri": "https://far.example/users/eve/statuses/9"},
    _X,
    _X | {"retweeted_status": _X | {"id": 19, "id_str": "19"}, "timestamp_ms": "1790000000000"},
    {
        "data": _TWEET | {"referenced_tweets": [{"type": "quoted", "id": "19"}]},
        "includes": _AROUND,
        "matching_rules": [],
    },
    {"data": [{"id": "20", "text": "a"}, {"id": "21", "text": "b"}], "meta": {"result_count": 2}},
    {"errors": [{"title": "t", "detail": "d", "type": "about:blank"}]},
    {"delete": {"status": {"id": 20, "id_str": "20"}, "timestamp_ms": "1790000000000"}},
    {"user_delete": {"id": 12}},
    {"limit": {"track": 3}},
)

SEARCHES = (
    *(
        "cats",
        '"cats and dogs"',
        '"a b"~3',
        "cat*",
        "#cats",
        "@ann",
        "$TSLA",
        "from:ann",
        "to:bob",
        "lang:en,de",
        "source:x",
    ),
    *("likes:10..100", "followers:>1000", "since:2026-01-01 until:2026-02-01T10:00:00+02:00", "since:-3h", "is:repost"),
    *(
        "has:media",
        "link:example.com/a",
        "host:example.com",
        "near:cats",
        "sample:10",
        "(a OR b) -c NOT (d AND e)",
        "*",
    ),
    *(
        '-(from:ann lang:en) OR "x y"',
        "id:x:20",
        "reply:x:20",
        "bio:cats",
        "name:ann",
        "日本語 OR привет",
        "url:x",
        "is:quote",
    ),
)
