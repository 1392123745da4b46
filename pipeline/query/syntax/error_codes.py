"""Error codes of the search language: stable words for programs, with their meanings (docs/reference/search.md)."""

from __future__ import annotations

SEARCH_ERROR_CODES = {
    "bad_character": "a lone half of a character (a surrogate)",
    "bad_number": "a number, range or share that cannot be read",
    "bad_slop": "what follows ~ after a phrase is no number from 0 to 999",
    "bad_tag": "#, @ or $ without a tag, handle or symbol after it",
    "bad_time": "a day, time or age that cannot be read, or a time of day without its zone",
    "bad_value": "a value its operator does not take",
    "empty": "an empty search",
    "empty_group": "parentheses with nothing in them",
    "extra_parenthesis": "a closing parenthesis that closes nothing",
    "look_alike": "a character that looks like a sign of the language and is none",
    "lucene": "a form of other languages; the hint has ours",
    "missing_negated": "a minus or NOT with nothing right after it",
    "missing_side": "AND or OR with nothing on one side",
    "missing_value": "an operator with nothing right after its colon",
    "nothing_to_find": "a word or phrase without letter, digit or emoji",
    "only_exclusions": "a search, or a side of OR, that only says what it is not",
    "open_parenthesis": "an opening parenthesis that is not closed",
    "open_quote": "a quote that is not closed, or closes nothing",
    "operator_value": "a group, ~, ^ or * at an operator that takes one plain value",
    "prefix_place": "a prefix inside a phrase or tag",
    "prefix_short": "a prefix of fewer than two letters or digits",
    "prefix_word": "a prefix of several words",
    "too_deep": "groups nested deeper than 16",
    "too_long": "more than 1,024 characters, as typed or spelled out",
    "too_many_terms": "more than 64 terms",
    "unknown_operator": "letters before a colon that are no operator",
}
"""Code of `errors.QueryError` → its meaning."""
