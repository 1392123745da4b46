"""`docs/reference/search.md` has every operator, value, syntax form and error code in the words of the parser."""

from __future__ import annotations

import re

import pytest

from pipeline.query.parser import MAX_CHARS, MAX_DEPTH, MAX_TERMS, parse
from pipeline.query.syntax.error_codes import SEARCH_ERROR_CODES
from pipeline.query.syntax.operators import OPERATORS, OPERATORS_BY_NAME, Operator
from pipeline.query.syntax.syntax_forms import SYNTAX_FORMS, SyntaxForm
from tests.paths import PROJECT
from tests.query.strategies import NOW_MS

PAGE = (PROJECT / "docs" / "reference" / "search.md").read_text()


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
def test_operator_is_documented(operator: Operator) -> None:
    also = ", ".join(f"`{alias}:`" for alias in operator.aliases)
    assert f"| `{operator.name}:` | {also} | `{operator.example}` | {operator.finds} |" in PAGE
    if operator.choices:
        assert f"| `{operator.name}:` | {', '.join(f'`{choice}`' for choice in operator.choices)} |" in PAGE


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
def test_operator_matches_its_documented_meaning(operator: Operator) -> None:
    assert operator.example.startswith(f"{operator.name}:")
    assert parse(operator.example, NOW_MS).root
    for choice in operator.choices:
        assert parse(f"{operator.name}:{choice}", NOW_MS).root
    value = operator.example.partition(":")[2]
    for alias in operator.aliases:
        assert parse(f"{alias}:{value}", NOW_MS).root == parse(operator.example, NOW_MS).root


@pytest.mark.parametrize("form", SYNTAX_FORMS, ids=lambda form: form.form)
def test_syntax_form_is_documented_and_its_example_is_a_search(form: SyntaxForm) -> None:
    assert f"| `{form.form}` | `{form.example}` | {form.finds} |" in PAGE
    assert parse(form.example, NOW_MS).root


def test_error_codes_are_documented() -> None:
    section = PAGE.split("## Errors")[1]
    assert re.findall(r"^\| `(\w+)` \| (.+) \|$", section, re.M) == list(SEARCH_ERROR_CODES.items())


def test_document_names_no_operator_that_is_not_there() -> None:
    named = {name for name in re.findall(r"`-?(\w+):[^`]*`", PAGE) if not name.isdigit()}
    assert named - {"re", "https"} <= set(OPERATORS_BY_NAME)


def test_limits_are_the_documented_ones() -> None:
    assert f"At most {MAX_CHARS:,} characters and {MAX_TERMS} terms" in PAGE
    assert f"Groups nest, {MAX_DEPTH} deep" in PAGE
