"""Settings accept only values that the product can work with, and refuse others by name."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import Any

import pytest

from pipeline.errors import SettingsError
from pipeline.settings import Settings, load

NUMBERS = [row.name.upper() for row in fields(Settings) if type(row.default) in (int, float)]
ODD = ("inf", "-inf", "nan", "-1", "0", "1e400", "9" * 30, "9" * 5_000, "0x10", "", " ", "many", "1;2", "\x00", "½")


def taken(key: str, value: str) -> Any:
    """Return the parsed value of a setting, None where the value is refused with the setting's name."""
    try:
        return getattr(load({key: value}), key.lower())
    except SettingsError as error:
        named = str(error)
    assert key in named
    return None


@pytest.mark.parametrize("key", [row.name.upper() for row in fields(Settings)])
def test_odd_values_are_taken_or_refused_by_name(key: str) -> None:
    for value in ODD:
        taken(key, value)


@pytest.mark.parametrize("key", NUMBERS)
def test_numbers_are_finite_and_in_range(key: str) -> None:
    for value in ODD:
        number = taken(key, value)
        assert number is None or (math.isfinite(number) and -1 <= number < 2**63), value
    for value in ("inf", "-inf", "nan", "1e400", "9" * 30, "9" * 5_000, "many", "-2"):
        assert taken(key, value) is None, value
    default = getattr(Settings(), key.lower())
    assert taken(key, "") == taken(key, " ") == default


@pytest.mark.parametrize("key", NUMBERS)
def test_the_refusal_of_a_number_names_its_range(key: str) -> None:
    with pytest.raises(SettingsError, match=r"must be .*\d to .*\d|must be max, or a number"):
        load({key: "nan"})
