"""Column view of a batch of posts: sorted columns of counts, creation times and samples; texts and token positions.

A column returns the posts between two bounds as a bit mask, with two binary searches for the whole batch. A sample is
the id's hash modulo 100, which `sample:` compares. A phrase is found as a substring of a text, proximity by token
positions. Each part is built when it is first used. The type of an exact check (batch, candidates → matches) is defined
here, too.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha1
from itertools import accumulate
from operator import or_

from pipeline.query.document import Document
from pipeline.query.tree import NumberField, TextField


class Column:
    """Known values of one field in a batch, sorted. Bit i of a mask is post i."""

    __slots__ = ("_up_to", "_values")

    def __init__(self, values: Iterable[tuple[int, int]]) -> None:
        """Take (value, bit) pairs."""
        ordered = sorted(values)
        self._values = [value for value, _ in ordered]
        self._up_to = [0, *accumulate((bit for _, bit in ordered), or_)]

    def between(self, low: int | None, high: int | None) -> int:
        """Return the posts whose value is known and within [low, high]; a bound of None does not limit."""
        above = 0 if low is None else bisect_left(self._values, low)
        below = len(self._values) if high is None else bisect_right(self._values, high)
        return self._up_to[below] & ~self._up_to[above] if above < below else 0


class Batch:
    """Posts that are matched together."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self.documents = documents
        self.everything = (1 << len(documents)) - 1
        self._columns: dict[str, Column] = {}
        self._texts: dict[tuple[TextField, int], str] = {}
        self._positions: dict[int, dict[str, list[int]]] = {}

    def numbers(self, field: NumberField) -> Column:
        """Return the column of a count; posts whose count is unknown are not in it."""
        column = self._columns.get(field)
        if column is None:
            column = self._columns[field] = Column(
                (document.numbers[field], 1 << i)
                for i, document in enumerate(self.documents)
                if field in document.numbers
            )
        return column

    def created(self) -> Column:
        """Return the column of creation times in ms."""
        column = self._columns.get("created")
        if column is None:
            column = self._columns["created"] = Column(
                (document.created_at, 1 << i) for i, document in enumerate(self.documents)
            )
        return column

    def samples(self) -> Column:
        """Return the column of the id's SHA-1 modulo 100."""
        column = self._columns.get("sample")
        if column is None:
            column = self._columns["sample"] = Column(
                (int.from_bytes(sha1(document.id.encode(), usedforsecurity=False).digest()) % 100, 1 << i)
                for i, document in enumerate(self.documents)
            )
        return column

    def text(self, field: TextField, index: int) -> str:
        """Return a field's tokens as `as_lines`: a phrase is a substring of it."""
        text = self._texts.get((field, index))
        if text is None:
            tokens: list[str] = getattr(self.documents[index], field)
            text = self._texts[field, index] = as_lines(tokens)
        return text

    def positions(self, index: int) -> dict[str, list[int]]:
        """Return token → positions in the words of a post, ascending."""
        positions = self._positions.get(index)
        if positions is None:
            positions = self._positions[index] = {}
            for position, token in enumerate(self.documents[index].words):
                positions.setdefault(token, []).append(position)
        return positions


Check = Callable[[Batch, int], int]
"""Takes a batch and the mask of candidate posts; returns the mask of those that match."""


def as_lines(tokens: Iterable[str]) -> str:
    """Return tokens one a line, with a line end before the first. The analyser leaves no line end in a token."""
    return "\n" + "\n".join(tokens) + "\n"
