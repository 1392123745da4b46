"""TRACK as X's rules: what is asked for, what is left out and said, and that nothing wanted is excluded."""

from __future__ import annotations

import pytest

from pipeline.query.parser import parse
from pipeline.sources.x.rules.compiler import MAX_RULE_CHARS, compile_rules


@pytest.mark.parametrize(
    ("search", "rule"),
    [
        ("snow", "snow"),
        ("snow rain", "rain snow"),
        ("snow OR rain", "rain OR snow"),
        ('"black hole" lang:en -dogs', '"black hole" lang:en -dogs'),
        ("#snow @nasa $TSLA", "#snow $tsla @nasa"),
        ("from:nasa is:reply -is:repost", "from:nasa is:reply -is:retweet"),
        ("url:nature.com", 'url:"nature.com"'),
        ("snow lang:he", "snow lang:iw"),
        ("雪が降る", "雪が降る"),
        ("conversation:x:20", "conversation_id:20"),
        ("repost_of:x:20", "retweets_of_tweet_id:20"),
        ("reposts_from:nasa", "retweets_of:nasa"),
        ("source:x snow", "snow"),
        ("-source:bluesky snow", "snow"),
        ("from:ann.bsky.social OR snow", "snow"),
        ("source:mastodon OR snow", "snow"),
        ('bio:astronomer name:"ada l"', 'bio:astronomer bio_name:"ada l"'),
    ],
)
def test_what_x_can_express_is_asked_for_and_nothing_left_out(search: str, rule: str) -> None:
    compiled = compile_rules(parse(search).root)
    assert [sorted(text.split()) for text in compiled.rules] == [sorted(rule.split())]
    assert not compiled.left_out


@pytest.mark.parametrize(
    ("search", "rule", "left_out"),
    [
        ("snow followers:1000..", "snow", "followers:"),
        ("snow astro*", "snow", "astro*"),
        ("snow since:2h", "snow", "since:/until:"),
        ("snow sample:10", "snow", "sample:"),
        ("snow -url:nature.com", "snow", "NOT host:nature.com"),
        ("snow -café", "snow", "NOT café"),
        ("snow -has:images", "snow", "NOT has:images"),
        ('snow -"a b"~3', "snow", "NOT words near each other"),
        ("snow the", "snow", "the"),
        ("snow is:verified", "snow", "is:verified"),
    ],
)
def test_what_x_cannot_express_is_fetched_too_and_reported(search: str, rule: str, left_out: str) -> None:
    compiled = compile_rules(parse(search).root)
    assert compiled.rules == (rule,)
    assert compiled.left_out == (left_out,)


@pytest.mark.parametrize(
    "search", ["*", "lang:en", "is:reply has:links", "snow OR followers:9..", "snow OR lang:en", "* -cats"]
)
def test_search_without_anything_to_look_for_is_no_rule(search: str) -> None:
    compiled = compile_rules(parse(search).root)
    assert compiled.rules == ()
    assert "TRACK" in compiled.problem


@pytest.mark.parametrize(
    "search", ["source:bluesky", "from:ann.bsky.social", "conversation:bluesky:a", "snow source:demo"]
)
def test_search_for_another_network_is_no_rule_and_is_reported(search: str) -> None:
    assert compile_rules(parse(search).root).problem == "nothing on X can match TRACK"


def test_exclusion_inside_a_choice_narrows_nothing() -> None:
    compiled = compile_rules(parse("snow (rain OR (* -dogs))").root)
    assert compiled.rules == ("snow",)


def test_long_searches_are_several_rules_and_each_part_is_whole_in_one() -> None:
    # Near the 1,024 characters that a search may have; `conversation_id:` makes it longer than that.
    search = " OR ".join(f"(repost_of:x:{number} is:reply)" for number in range(10**7, 10**7 + 28))
    rules = compile_rules(parse(search).root).rules
    assert len(rules) >= 2
    assert all(len(rule) <= MAX_RULE_CHARS for rule in rules)
    for number in range(10**7, 10**7 + 28):
        assert (
            sum(
                f"retweets_of_tweet_id:{number} " in rule or f"retweets_of_tweet_id:{number})" in rule for rule in rules
            )
            == 1
        )


def test_choice_too_long_for_one_rule_is_halved_with_what_goes_with_it() -> None:
    choice = " OR ".join(f"repost_of:x:{number}" for number in range(10**7, 10**7 + 38))
    rules = compile_rules(parse(f"({choice}) is:reply snow").root).rules
    assert len(rules) >= 2
    assert all(len(rule) <= MAX_RULE_CHARS and "is:reply" in rule and "snow" in rule for rule in rules)
    assert all(sum(str(number) in rule for rule in rules) == 1 for number in range(10**7, 10**7 + 38))


def test_quotes_and_signs_of_a_search_cannot_become_operators() -> None:
    for search in ('"snow) OR from:nasa"', "or and not", '"lang:en"'):
        compiled = compile_rules(parse(search).root)
        for rule in compiled.rules:
            assert rule.count('"') % 2 == 0
            outside = "".join(rule.split('"')[::2])
            assert "from:" not in outside
            assert "lang:" not in outside
