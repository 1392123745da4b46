"""Addresses of streams on both wires, with what is requested of each."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from pipeline.sources.bluesky.jetstream_url import NEWER_PATH, dictionary_url, host_of, is_newer, subscription_url

OLDER, NEWER = "wss://a.example/subscribe", f"wss://a.example{NEWER_PATH}"


def test_each_wire_names_collections_its_own_way() -> None:
    assert parse_qs(urlsplit(subscription_url(OLDER, 5)).query) == {
        "wantedCollections": ["app.bsky.feed.post", "app.bsky.feed.postgate"],
        "maxMessageSizeBytes": ["1048576"],
        "cursor": ["5"],
    }
    query = parse_qs(urlsplit(subscription_url(NEWER, None, 7, reactions=True)).query)
    assert len(query["collections"]) == 4
    assert query["zstdDictionary"] == ["7"]
    assert "cursor" not in query


def test_url_without_a_path_means_the_long_standing_wire() -> None:
    assert urlsplit(subscription_url("wss://a.example", None)).path == "/subscribe"
    assert is_newer(NEWER)
    assert not is_newer(OLDER)


def test_dictionary_is_fetched_by_https_where_the_stream_is_encrypted() -> None:
    assert dictionary_url(NEWER).startswith("https://a.example/xrpc/")
    assert dictionary_url("ws://127.0.0.1:9/").startswith("http://127.0.0.1:9/xrpc/")
    assert host_of("ws://127.0.0.1:9/") == "127.0.0.1:9"
