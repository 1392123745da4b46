"""Top lists: which words stand out, and which are counted."""

from __future__ import annotations

import pytest

from pipeline.post import Emoji, Entity
from pipeline.store.post_json import encode_post
from pipeline.store.top_values import TopCounter
from pipeline.store.top_values.counted_post_fields import decode_view
from pipeline.store.top_values.trending import log_odds
from pipeline.store.top_values.words import is_word, tokens
from tests.store.builders import post


def test_word_that_is_always_common_does_not_stand_out() -> None:
    assert log_odds(90, 100, 9_000, 10_000) == pytest.approx(0, abs=0.1)
    assert log_odds(20, 100, 10, 10_000) > 5
    assert log_odds(1, 1_000, 500, 10_000) < 0


def test_words_leave_out_handles_addresses_numbers_and_stop_words() -> None:
    text = "The Kittens (kittens!) see https://example.com/lovely @somebody 12345 a1b2 with Überraschung नमस्ते cat of"
    found = tokens(decode_view(encode_post(post(1, text))))
    assert {token for token in found if is_word(token)} == {
        "kittens",
        "überraschung",
        "नमस्ते",
        "cat",
    }


def test_emoji_of_a_server_are_no_words_and_regions_no_languages() -> None:
    one = post(1, "hello :blobcat: blobcatering", entities=[Entity("emoji", 6, 15, "blobcat")], lang="pt-BR")
    one.author.name, one.author.emojis = "Ann :verified:", [Emoji("verified", "https://example.com/v.png")]
    body = encode_post(one)
    assert tokens(decode_view(body)) == {"hello", "blobcatering"}
    languages, authors = TopCounter("langs"), TopCounter("authors")
    languages.add(body, None)
    authors.add(body, None)
    assert [item.value for item in languages.items(5)] == ["pt"]
    assert [item.label for item in authors.items(5)] == ["Ann"]
