"""The demo source: reproducible, varied, and readable by the adapter of the canonical format."""

from __future__ import annotations

import itertools
import json
import time
from collections import Counter

from pipeline.normalise.format_dispatch import normalise
from pipeline.post import Deletion, Post, Upsert
from pipeline.sources.demo.generator import EVENTS, Chapter
from pipeline.sources.demo.phrases import phrases
from pipeline.sources.demo.source import HISTORY_S, DemoSource
from tests.sources.recording_context import Context


def _history(seed: int = 1, rate: float = 2.0) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    context = Context()
    for chunk in DemoSource(seed, rate).read(None, context):
        found += [json.loads(record.data) for record in chunk.records]
        if ("live", "") in context.reports:
            break
    return found


def _posts(seed: int = 1) -> list[Post]:
    posts: list[Post] = []
    for record in _history(seed):
        raw = json.dumps(record).replace('{"murmur": 1', '{"murmur":1').encode()
        events = normalise(raw, "demo", int(time.time() * 1000))
        posts += [event.post for event in events if isinstance(event, Upsert)]
    return posts


def test_same_seed_gives_the_same_posts() -> None:
    def story(seed: int) -> list[object]:
        return [(one["id"], one.get("text"), one.get("repost_of")) for one in _history(seed)[:2000]]

    assert story(7) == story(7)
    assert story(7) != story(8)


def test_first_start_brings_an_hour_of_history_with_times_in_it() -> None:
    records = _history(rate=2.0)
    times = [int(str(one["version"])) for one in records if "version" in one]
    span_s = (times[-1] - times[0]) / 1000
    assert abs(span_s - HISTORY_S) < 60
    assert abs(len(records) - 2 * HISTORY_S) < 0.15 * 2 * HISTORY_S
    assert times == sorted(times)


def test_every_event_is_readable_and_marked_as_its_own_source() -> None:
    posts = _posts()
    assert {post.source for post in posts} == {"demo"}
    assert all(post.id.startswith("demo:1.") for post in posts)


def test_it_is_lively() -> None:
    posts = _posts()
    languages = Counter(post.lang for post in posts)
    assert {"en", "ja", "ar", "he", "th", "ko", "hi", "ru", "de", "fr", "es", "zh"} <= set(languages)
    assert languages["en"] < 0.7 * len(posts)
    assert any(post.hashtags for post in posts)
    assert any(post.mentions for post in posts)
    assert any(link.title for post in posts for link in post.links)
    assert any(post.reply_to for post in posts)
    assert any(post.quote_of for post in posts)
    assert len({post.author.handle for post in posts}) > 200
    kinds = Counter(event.kind for event in Chapter(1, 0).events)
    assert set(kinds) == {"post", "repost", "reply", "quote", "edit", "delete"}
    assert kinds["edit"] < kinds["delete"] * 3 < kinds["post"] / 5


def test_counts_of_a_reposted_original_climb() -> None:
    versions: dict[str, list[tuple[int, int]]] = {}
    for post in _posts():
        if post.counts.reposts is not None:
            versions.setdefault(post.id, []).append((post.version, post.counts.reposts))
    climbed = {post_id: seen for post_id, seen in versions.items() if seen[-1][1] >= 5}
    assert climbed
    for seen in versions.values():
        assert [count for _, count in sorted(seen)] == sorted(count for _, count in seen)


def test_bursts_make_the_chart_move() -> None:
    offsets = [event.offset for event in Chapter(1, 0).events]
    buckets = Counter(int(offset * 100) for offset in offsets)
    counts = sorted(buckets.values())
    assert counts[-1] > 2 * counts[len(counts) // 2]


def test_a_deleted_post_is_not_spoken_of_again() -> None:
    for number in range(3):
        gone: set[int] = set()
        for event in Chapter(1, number).events:
            subject = event.about[0] if event.about else event.number
            assert subject not in gone
            if event.kind == "delete":
                gone.add(event.number)


def test_it_goes_on_at_its_cursor_with_the_next_event() -> None:
    reading = DemoSource(1, 2.0).read(None, Context())
    first = next(reading)
    after = next(reading)
    reading.close()  # type: ignore[attr-defined]
    events = Chapter(1, 0).events
    context = Context()
    resumed = DemoSource(1, 2.0).read(first.cursor, context)
    chunk = next(one for one in resumed if one.records)
    assert json.loads(chunk.records[0].data)["id"] == json.loads(after.records[0].data)["id"]
    assert len(chunk.records) < len(events), "what was missed while it was off is not invented afterwards"


def test_cursor_of_another_seed_or_of_nonsense_begins_anew() -> None:
    for cursor in ('{"seed":2,"chapter":5,"event":9}', '{"seed":1,"chapter":0,"event":999999}', "rubbish", "[]"):
        source = DemoSource(1, 2.0)
        assert source._position(cursor) == (0, 0)


def test_fast_demo_repeats_texts_but_never_an_id() -> None:
    source = DemoSource(1, 50_000.0)
    chunks = itertools.islice(source.read('{"seed":1,"chapter":0,"event":0}', Context()), 2_000)
    ids: Counter[str] = Counter()
    for chunk in chunks:
        for record in chunk.records:
            one = json.loads(record.data)
            if one["kind"] == "post" and one.get("text", "").endswith("✏️") is False:
                ids[one["id"]] += 1
        if len(ids) > 2 * EVENTS:
            break
    assert max(ids.values()) == 1


def test_stops_when_asked() -> None:
    context = Context()
    reading = DemoSource(1, 4.0).read(None, context)
    next(reading)
    context.ending = True
    assert list(reading) == []


def test_sentences_are_complete() -> None:
    for topic, languages in phrases().items():
        for language, said in languages.items():
            assert said.tags, (topic, language)
            assert said.sentences, (topic, language)
            assert all(tag.startswith("#") for tag in said.tags)
        assert len(languages["en"].sentences) >= 3, topic


def test_a_deleted_post_is_read_as_a_deletion() -> None:
    record = next(one for one in _history() if one["kind"] == "delete")
    raw = json.dumps(record, separators=(",", ":")).encode()
    (event,) = normalise(raw, "demo", int(time.time() * 1000))
    assert isinstance(event, Deletion)
