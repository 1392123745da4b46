"""Explanations of searches, by function and by command line: the drawn tree, and the spans of each part in a post."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from cli.main import main
from pipeline.match.explain_anchors import selected_by
from pipeline.post import Author, Entity, Link, Post
from pipeline.query.explain import explain
from pipeline.query.parser import parse
from tests.query.strategies import NOW_MS

TEXT = "Big “Snow” day: snowing in the Alps! ❤️ #Alps https://example.com/a…"
LINK = "https://example.com/alpine"
POST = Post(
    id="x:1",
    version=1,
    source="x",
    created_at=NOW_MS,
    received_at=NOW_MS,
    text=TEXT,
    author=Author("7", "ada", "Ada", "likes snow"),
    hashtags=["Alps"],
    links=[Link(LINK)],
    hosts=["example.com"],
    entities=[
        Entity("hashtag", TEXT.index("#"), TEXT.index("#") + 5, "Alps"),
        Entity("link", TEXT.index("https"), len(TEXT), LINK),
    ],
)
REPOST = Post(
    id="x:2", version=1, source="x", created_at=NOW_MS, received_at=NOW_MS, author=Author("8", "bob"), repost_of="x:1"
)


def _parts(query: str, post: Post = POST, original: Post | None = None) -> dict[str, tuple[bool, list[str]]]:
    content = original or post
    explanation = explain(parse(query, NOW_MS), post, original)
    return {
        part["part"]: (part["matched"], [content.text[start:end] for start, end in part["spans"]])
        for part in explanation["parts"]
    }


def test_parts_are_found_where_a_reader_sees_them() -> None:
    query = 'snow* "in the alps" "day big"~3 ❤ #alps url:example.com (rain OR alpine) bio:snow url:alpine -fog'
    assert _parts(query) == {
        "snow*": (True, ["Snow", "snowing"]),
        '"in the alps"': (True, ["in the Alps"]),
        '"big day"~3': (True, ["Big", "day"]),
        "❤": (True, ["❤️"]),
        "#alps": (True, ["#Alps"]),
        "url:example.com": (True, ["https://example.com/a…"]),
        "url:alpine": (True, ["https://example.com/a…"]),
        "rain": (False, []),
        "alpine": (True, []),
        "bio:snow": (True, []),
        "fog": (False, []),
    }


def test_parts_of_a_repost_are_found_in_its_original() -> None:
    assert _parts("snowing #alps from:bob", REPOST, POST) == {
        "snowing": (True, ["snowing"]),
        "#alps": (True, ["#Alps"]),
        "from:bob": (True, []),
    }


def test_explanation_has_the_agreed_shape() -> None:
    query = parse("cats OR dogs -(birds lang:en)", NOW_MS)
    explanation = explain(query, selected_by=selected_by(query))
    assert explanation == {
        "canonical": "cats OR dogs -(birds lang:en)",
        "key": query.key,
        "tree": "OR\n├─ word cats\n└─ AND\n   ├─ word dogs\n   └─ NOT\n      └─ AND\n"
        "         ├─ word birds\n         └─ facet lang:en",
        "selected_by": ["cats", "dogs"],
    }
    assert explain(query, POST)["matches"] is False


def test_command_explains_posts_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "posts.jsonl"
    file.write_bytes(msgspec.json.encode(POST) + b"\n" + msgspec.json.encode(REPOST) + b"\n")
    shown = CliRunner().invoke(main, ["explain", "snow OR from:bob", "--post", str(file)])
    assert shown.exit_code == 0, shown.output
    assert "canonical    from:bob OR snow" in shown.output
    assert "selected by" in shown.output
    assert "x:1  matches" in shown.output
    assert "yes  snow      5–9 “Snow”" in shown.output
    assert "no   from:bob" in shown.output


RAW = (
    b'{"data":{"id":"20","text":"just setting up my twttr","author_id":"12","created_at":"2006-03-21T20:50:14.000Z"},'
    b'"includes":{"users":[{"id":"12","username":"jack","name":"jack"}]}}'
)


def test_command_explains_a_raw_record(tmp_path: Path) -> None:
    file = tmp_path / "record.json"
    file.write_bytes(RAW)
    shown = CliRunner().invoke(main, ["explain", '"setting up" from:jack since:2006-03-21', "--post", str(file)])
    assert "x:20  matches" in shown.output, shown.output
    assert "5–15 “setting up”" in shown.output


@pytest.mark.parametrize("content", [b"", b"not a record", b'{"x":1}\n'])
def test_command_reports_that_a_file_holds_no_post(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "nothing"
    file.write_bytes(content)
    shown = CliRunner().invoke(main, ["explain", "snow", "--post", str(file)])
    assert shown.exit_code == 1
    assert str(file) in shown.output


def test_command_points_at_the_error() -> None:
    shown = CliRunner().invoke(main, ["explain", "cats (dogs"])
    assert shown.exit_code == 1
    assert "  cats (dogs\n       ^" in shown.output
    assert "Try: end the group with )" in shown.output
