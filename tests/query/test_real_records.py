"""Posts of every format: text that people copy from a post into the search box finds the post."""

from __future__ import annotations

from functools import cache

import pytest

from pipeline.errors import QueryError, RecordError
from pipeline.normalise import normalise
from pipeline.post import Post, Upsert
from pipeline.query.analyser import analyse, analyse_spans
from pipeline.query.document import describe, without_emoji_names
from pipeline.query.evaluate import matches
from pipeline.query.explain import explain
from pipeline.query.parser import parse
from pipeline.query.tree import Node
from tests.normalise.sample_records import every_line
from tests.query.strategies import NOW_MS
from tests.records import also_shared

both = pytest.mark.parametrize("folder", also_shared())


@cache
def _posts(folder: str) -> list[Post]:
    found: dict[str, Post] = {}
    for record in every_line(folder):
        try:
            events = normalise(record, "replay", NOW_MS)
        except RecordError:
            continue
        found |= {event.post.id: event.post for event in events if isinstance(event, Upsert)}
    assert len(found) > 3_000
    return list(found.values())


@cache
def _parsed(text: str) -> Node:
    return parse(text, NOW_MS).root


def _quoted(text: str) -> str:
    text = text.replace("*", " ")  # in a phrase it would be a prefix, which the parser rejects
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@both
def test_text_copied_from_a_post_finds_it(folder: str) -> None:
    missed = []
    for post in _posts(folder):
        searches = [f"#{tag}" for tag in post.hashtags]
        searches += [f"@{handle}" for handle in post.mentions] + [f"${symbol}" for symbol in post.cashtags]
        searches += [f"from:{value}" for value in (post.author.handle, post.author.id) if value]
        searches += [link.url for link in post.links if link.url.startswith(("http://", "https://"))]
        searches += [f"url:{host}" for host in post.hosts if "." in host and ":" not in host]
        searches += [f"lang:{lang}" for lang in post.langs]
        searches += [f"{name}:{value}" for name, value in _ids(post) if value]
        document = describe(post, None)
        for text in searches:
            try:
                if not matches(_parsed(text), document):
                    missed.append((text, post.id))
            except QueryError as error:
                missed.append((text, f"{error.code} {error}"))
    assert not missed


def _ids(post: Post) -> list[tuple[str, str]]:
    return [
        ("conversation", post.conversation_id),
        ("repost_of", post.repost_of),
        ("quote_of", post.quote_of),
        ("reply_to", post.reply_to.id if post.reply_to else ""),
        ("to", post.reply_to.handle if post.reply_to else ""),
    ]


@both
def test_the_whole_text_as_a_phrase_finds_its_post(folder: str) -> None:
    for post in _posts(folder):
        text = without_emoji_names(post.text, post.emojis)
        searched = _quoted(text)
        tokens = analyse(text)
        if tokens and len(searched) <= 500:
            document = describe(post, None)
            assert matches(_parsed(searched), document), text
            assert matches(_parsed(" ".join(tokens[:60])), document), text


@both
def test_spans_point_at_the_words_of_real_text(folder: str) -> None:
    for post in _posts(folder):
        spans = analyse_spans(post.text)
        assert [token for token, _, _ in spans] == analyse(post.text)
        assert all(token in analyse(post.text[start:end]) for token, start, end in spans), post.text


@both
def test_explaining_real_posts_marks_what_matched(folder: str) -> None:
    for post in _posts(folder)[:500]:
        tokens = analyse(without_emoji_names(post.text, post.emojis))
        if tokens:
            explained = explain(parse(f"* {_quoted(tokens[-1])}", NOW_MS), post)
            assert explained["matches"]
            assert all(part["spans"] for part in explained["parts"])
