"""Commands for a running product, each against a real Valkey."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from redis import Redis

from cli.commands.doctor import NOT_SHARED
from pipeline.broker.keys import Names
from pipeline.queue.dead_letters import DeadLetter, DeadLetters
from tests.paths import PROJECT

pytestmark = pytest.mark.redis
NAMES = Names()


def murmur(tmp_path: Path, url: str, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command against a Redis."""
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "DATA_DIR": str(tmp_path / "data"), "REDIS_URL": url}
    return subprocess.run(
        [str(PROJECT / "bin" / "murmur"), *words],
        env=environ | settings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _letter(raw: bytes) -> DeadLetter:
    return DeadLetter("replay", "", 1, raw, "malformed: it is torn", when=1_700_000_000_000)


def test_dead_letters_are_listed_without_steering_the_terminal(
    valkey: str, redis_client: Redis, tmp_path: Path
) -> None:
    steering = DeadLetter("replay", "", 1, b"{}", "no kind '\x1b]0;owned\x07\r\n1-1 forged \u202e'", when=1)
    DeadLetters(redis_client, NAMES).add([_letter(b'{"torn":"\x1b[31m red\x07'), steering])
    done = murmur(tmp_path, valkey, "dead", "list")
    assert done.returncode == 0
    assert "2 dead letters" in done.stdout
    assert len(done.stdout.split("\n")) == 4, "a line each, and none is forged"
    assert "\u202e" not in done.stdout
    assert "malformed: it is torn" in done.stdout
    assert "\x1b" not in done.stdout
    assert "\x07" not in done.stdout


def test_retried_dead_letters_are_open_batches_and_no_letters_any_more(
    valkey: str, redis_client: Redis, tmp_path: Path
) -> None:
    dead = DeadLetters(redis_client, NAMES)
    dead.add([_letter(b'{"a":1}'), _letter(b'{"b":2}'), _letter(b"x" * 100_000)])
    done = murmur(tmp_path, valkey, "dead", "retry")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "2 enqueued again in 1 batches, 1 remain\n", "what was cut cannot be driven again"
    assert redis_client.zcard(NAMES.open) == 1
    assert redis_client.llen(NAMES.posts_queue) == 1


def test_explain_shows_a_post_and_an_error_of_it_without_steering_the_terminal(tmp_path: Path) -> None:
    file = tmp_path / "post.json"
    record = '{"murmur":1,"id":"demo:1","created_at":1,"author":{"id":"a","handle":"a"},"text":"red \\u001b[31m cats"}'
    for text, status in ((record, 0), ('{"\\u001b]0;owned\\u0007":1}', 1)):
        file.write_text(text)
        done = murmur(tmp_path, "redis://127.0.0.1:1", "explain", '"red 31m"~3', "--post", str(file))
        assert done.returncode == status, done.stderr
        assert "31m" in done.stdout or "owned" in done.stderr
        assert (done.stdout + done.stderr).replace("\n", "").isprintable()


def test_track_is_shown_changed_and_checked(valkey: str, tmp_path: Path) -> None:
    assert murmur(tmp_path, valkey, "track").stdout == "*\n"
    assert murmur(tmp_path, valkey, "track", "cats lang:en").returncode == 0
    assert murmur(tmp_path, valkey, "track").stdout == "cats lang:en\n"
    wrong = murmur(tmp_path, valkey, "track", "cats AND (")
    assert wrong.returncode == 1
    assert wrong.stderr.count("\n") == 1
    assert murmur(tmp_path, valkey, "track").stdout == "cats lang:en\n"


def test_doctor_exits_with_1_if_a_part_does_not_work(valkey: str, redis_client: Redis, tmp_path: Path) -> None:
    assert murmur(tmp_path, valkey, "migrate").returncode == 0
    silent = murmur(tmp_path, valkey, "doctor")
    assert silent.returncode == 1
    assert "demo: down" in silent.stdout, "no reader is running"
    redis_client.set(NAMES.store, "another")
    assert NOT_SHARED in murmur(tmp_path, valkey, "doctor").stdout


def test_doctor_without_a_redis_reports_it_and_hides_the_address(tmp_path: Path) -> None:
    done = murmur(tmp_path, "redis://:hunter2@127.0.0.1:1/0", "doctor")
    assert done.returncode == 1
    assert "BAD  broker" in done.stdout
    assert "hunter2" not in done.stdout + done.stderr


def test_doctor_warns_of_a_redis_that_evicts_keys(valkey: str, redis_client: Redis, tmp_path: Path) -> None:
    redis_client.config_set("maxmemory", "100mb")
    redis_client.config_set("maxmemory-policy", "allkeys-lru")
    try:
        assert "set noeviction" in murmur(tmp_path, valkey, "doctor").stdout
    finally:
        redis_client.config_set("maxmemory-policy", "noeviction")
        redis_client.config_set("maxmemory", "0")


def test_migrate_can_be_run_again(valkey: str, tmp_path: Path) -> None:
    first = murmur(tmp_path, valkey, "migrate")
    assert first.returncode == 0
    assert murmur(tmp_path, valkey, "migrate").stdout == first.stdout


def test_explain_draws_the_tree_and_points_at_an_error(tmp_path: Path) -> None:
    done = murmur(tmp_path, "", "explain", "cats -dogs")
    assert done.returncode == 0
    assert "NOT" in done.stdout
    assert murmur(tmp_path, "", "explain", "cats AND (").returncode != 0


def test_copy_refuses_wrong_stores_before_it_opens_anything(tmp_path: Path) -> None:
    same = murmur(tmp_path, "", "copy", "--from", "sqlite", "--to", "sqlite")
    assert (same.returncode, "the same store" in same.stderr) == (2, True)
    lone = murmur(tmp_path, "", "copy", "--from", "sqlite", "--to", "elasticsearch")
    assert (lone.returncode, "ELASTICSEARCH_URL is not set" in lone.stderr) == (2, True)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("words", [(), ("dead",), ("dead", "list"), ("explain",), ("copy",)])
def test_help_names_the_command_that_was_typed(tmp_path: Path, words: tuple[str, ...]) -> None:
    usage = f"Usage: {' '.join(('murmur', *words))} "
    assert murmur(tmp_path, "", *words, "--help").stdout.startswith(usage)
    module = subprocess.run(
        [sys.executable, "-m", "cli", *words, "--help"], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert module.stdout.startswith(usage)
