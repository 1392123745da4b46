"""Table of the mutants: a file, a text that occurs once in it, its replacement, and the tests that must fail.

They are faults that are easily made and hard to see: each leaves a product that starts, finds and shows posts.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutant:
    """One broken version of the source."""

    name: str
    path: str
    before: str
    after: str
    tests: tuple[str, ...]


_DOCUMENT = "tests/query/test_document.py"
_MATCHER = "tests/match/memory/test_matcher.py"
_STORE = "tests/store/test_agreement.py::test_generated_posts_and_searches_agree_everywhere"

MUTANTS = (
    Mutant(
        "two exclusions still exclude",
        "pipeline/query/parser.py",
        "if negations % 2 else found",
        "if negations else found",
        ("tests/query/test_normal_form.py",),
    ),
    Mutant(
        "* goes even where only exclusions are left",
        "pipeline/query/normal_form.py",
        "if any(has_positive_term(child) and not isinstance(child, Everything) for child in children.values()):",
        "if len(children) > 1:",
        ("tests/query/test_normal_form.py",),
    ),
    Mutant(
        "a heart as text is not a heart as picture",
        "pipeline/query/analyser.py",
        'tokens.append(_SELECTORS.sub("", part))',
        "tokens.append(part)",
        ("tests/query/test_analyser.py",),
    ),
    Mutant(
        "a phrase crosses from the text to a link",
        "pipeline/query/document.py",
        "                words.append(BREAK)\n",
        "                pass\n",
        (_DOCUMENT,),
    ),
    Mutant(
        "a repost shows its own empty content",
        "pipeline/query/document.py",
        "content = original if post.repost_of and original is not None else post",
        "content = post",
        (_DOCUMENT,),
    ),
    Mutant(
        "proximity allows one word too many",
        "pipeline/query/evaluate.py",
        "at - window[0] < len(wanted) + slop",
        "at - window[0] <= len(wanted) + slop",
        (_DOCUMENT, "tests/query/test_fuzz.py"),
    ),
    Mutant(
        "the matcher's proximity forgets that text ends where a link begins",
        "pipeline/match/memory/proximity.py",
        "missing, lacking, first = dict(needed), len(tokens), at + 1\n            continue",
        "continue",
        (_MATCHER,),
    ),
    Mutant(
        "the matcher's numbers leave out the upper end",
        "pipeline/match/memory/batch_columns.py",
        "bisect_right(self._values, high)",
        "bisect_left(self._values, high)",
        (_MATCHER,),
    ),
    Mutant(
        "SQLite takes an unknown count for a small one",
        "pipeline/store/sqlite/read/compile_query.py",
        'f"({test}) IS NOT TRUE"',
        'f"NOT ({test})"',
        (_STORE,),
    ),
    Mutant(
        "SQLite asks for words closer together than the search does",
        "pipeline/store/sqlite/read/fts_expression.py",
        "{node.slop + len(node.tokens) - 2}",
        "{max(0, node.slop - 1)}",
        (_STORE,),
    ),
)
