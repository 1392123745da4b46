"""Number values of operators: turns counts and ranges (`likes:10..20`) and the share of `sample:` into tree nodes.

Any other value, also a range in Lucene's form, raises `QueryError` with a hint in our form.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from pipeline.query.syntax.operator_values import Value
from pipeline.query.tree import Node, Number, NumberField, Sample

MAX_NUMBER = 2**63 - 1
"""Largest number that an operator takes: the largest signed 64-bit integer, as the stores keep numbers."""

_RANGE = re.compile(r"([0-9]*)\.\.([0-9]*)")


def number_reader(field: NumberField) -> Callable[[Value], Node]:
    """Return a function that reads a number or range."""

    def read(value: Value) -> Node:
        text = value.plain
        found = _RANGE.fullmatch(text)
        ends = found.groups() if found else (text, "") if text.isascii() and text.isdigit() else ("", "")
        if ends == ("", "") or any(len(end) > 19 for end in ends):
            raise value.wrong(
                "takes a number or a range, digits only",
                _number_hint(value),
                "lucene" if _is_lucene_range(text) else "bad_number",
            )
        low, high = (int(end) if end else None for end in ends)
        if max(low or 0, high or 0) > MAX_NUMBER:
            raise value.wrong("takes numbers up to 9223372036854775807", _number_hint(value), "bad_number")
        if low is not None and high is not None and low > high:
            raise value.wrong("the range ends before it begins", f"{value.operator}:{high}..{low}", "bad_number")
        return Number(field, low, high)

    return read


def _is_lucene_range(text: str) -> bool:
    return text[:1] in ("[", "{", "<", ">")


def _number_hint(value: Value) -> str:
    digits = re.findall("[0-9]+", re.sub("(?<=[0-9])[,_'](?=[0-9]{3})", "", value.plain[:64])) or ["100"]
    name = value.operator
    if value.text.startswith("<"):
        return f"{name}:..{digits[0]}"
    return f"{name}:{digits[0]}..{digits[1] if len(digits) > 1 else ''}"


def read_sample(value: Value) -> Node:
    """Return the sample of a share in per cent."""
    if not re.fullmatch("[0-9]{1,3}", value.plain) or not 1 <= int(value.plain) <= 100:
        raise value.wrong("takes a whole number from 1 to 100 (per cent)", "sample:10", "bad_number")
    return Sample(int(value.plain))
