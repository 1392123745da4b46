"""Many searches as few rules, and few changes of them."""

from __future__ import annotations

from pipeline.sources.x.rules.compiler import MAX_RULE_CHARS
from pipeline.sources.x.rules.packing import RulePacker
from pipeline.sources.x.rules.rule_plan import plan_for_searches


def _many(count: int) -> list[str]:
    return [f'"word{number} and{number % 97}" lang:en followers:{number}..' for number in range(count)]


def test_thousands_of_searches_become_few_rules_each_within_its_length() -> None:
    packed = RulePacker().pack(_many(5_000), 1_000)
    assert not packed.without_room
    assert all(len(rule) <= MAX_RULE_CHARS for rule in packed.rules)
    text = sum(len(rule) for rule in packed.rules)
    assert len(packed.rules) <= text / MAX_RULE_CHARS / 0.9 + 1, "rules are well filled"
    asked = " OR ".join(packed.rules)
    assert all(f'"word{number} and{number % 97}" lang:en' in asked for number in range(5_000))
    assert packed.left_out == ("followers:",)


def test_the_same_searches_give_the_same_rules() -> None:
    assert RulePacker().pack(_many(500)).rules == RulePacker().pack(_many(500)).rules


def test_what_is_asked_for_anyway_is_asked_once() -> None:
    packed = RulePacker().pack(["snow lang:en", "rain", "snow", "rain OR snow", "snow -is:repost", "fog ice"])
    (rule,) = packed.rules
    assert sorted(rule.replace("(fog ice)", "fog+ice").split(" OR ")) == ["fog+ice", "rain", "snow"]
    assert not packed.without_room


def test_a_search_more_or_less_changes_one_rule() -> None:
    packer, searches = RulePacker(), _many(2_000)
    before = set(packer.pack(searches).rules)
    more = set(packer.pack([*searches, "snow"]).rules)
    assert len(more - before) == 1
    less = set(packer.pack([*searches[:700], *searches[701:], "snow"]).rules)
    assert len(less - more) == 1


def test_what_has_no_room_is_reported_and_the_older_searches_stay() -> None:
    packer, searches = RulePacker(), _many(500)
    packed = packer.pack(searches, 3)
    assert len(packed.rules) == 3
    assert len(packed.without_room) > 300
    assert searches[0] not in packed.without_room
    assert searches[-1] in packed.without_room
    again = packer.pack([*searches, "snow and more of it"], 3)
    assert again.rules == packed.rules
    assert "snow and more of it" in again.without_room
    asked = plan_for_searches(searches, RulePacker(), 3)
    assert any("no room for" in text and "more: their posts are missed" in text for text in asked.notes)
    assert "no room for" in asked.collects
    assert len(asked.collects) < 700


def test_no_room_at_all_asks_for_nothing() -> None:
    assert RulePacker().pack(["snow"], 0) == RulePacker().pack(["snow"], 0)
    assert RulePacker().pack(["snow"], 0).without_room == ("snow",)


def test_more_searches_than_are_looked_at_have_no_room() -> None:
    searches = [f"w{number}" for number in range(20_500)]
    packed = RulePacker().pack(searches)
    assert len(packed.without_room) == 500
    assert len(packed.rules) < 300


def test_holes_are_closed_when_rules_have_become_too_loose() -> None:
    packer, searches = RulePacker(), _many(2_000)
    full = len(packer.pack(searches).rules)
    some = searches[::20]
    assert len(packer.pack(some).rules) <= 2 * (full / 20 + 1) + 8


def test_a_refused_rule_is_halved_until_one_search_is_to_blame_or_given_up_without_room() -> None:
    packer, searches = RulePacker(), [f"w{number}" for number in range(16)]
    asked = packer.pack(searches, 10)
    for _ in range(5):
        packer.refuse([rule for rule in asked.rules if "w11" in rule.split(" OR ")])
        asked = packer.pack(searches, 10)
    assert asked.refused == ("w11",)
    assert {word for rule in asked.rules for word in rule.split(" OR ")} == {*searches} - {"w11"}
    packer = RulePacker()
    packer.refuse(packer.pack(searches, 1).rules)
    asked = packer.pack([*searches, "another"], 1)
    assert asked.rules == ("another",)
    assert set(asked.refused) == set(searches)
