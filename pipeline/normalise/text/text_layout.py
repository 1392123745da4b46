"""Text layout: writes pieces of text in blocks, lists, quotes and table rows, as a person would type them.

Line breaks, blanks, list markers and cell bars are held back until the next text, so that none stands at an end or
twice. Each line inside a list item or quote begins with the prefixes of these.
"""

from __future__ import annotations

RULE = "---"
MAX_PREFIXES = 8
"""Most prefixes of a line; deeper lists and quotes are written like the eighth, which bounds the text."""


class TextLayout:
    """Collects text. `length` is the number of code points written so far."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self.length = 0
        self._breaks = 0
        self._blank = False
        self._bars = 0
        self._rule = False
        self._prefixes: list[str] = []
        self._markers: list[str] = []  # of each prefix: what stands in its place on its first line, "" once written
        self._last_prefixes: list[str] = []

    def break_line(self) -> None:
        """Begin one line more than is asked for already, as `<br>` does; three at most."""
        self._breaks = min(self._breaks + 1, 3)

    def break_block(self, lines: int) -> None:
        """Let the next text stand at least this many lines below the last."""
        self._breaks = max(self._breaks, lines)

    def add_blank(self) -> None:
        """Ask for a blank before the next text, unless it begins a line."""
        self._blank = True

    def add_rule(self) -> None:
        """Ask for a line that separates the text before from the next."""
        self._rule = True

    def add_bar(self) -> None:
        """Ask for a bar between two cells of a row."""
        self._bars += 1

    def drop_bars(self) -> None:
        """End a row: its last, empty cells are left out."""
        self._bars = 0

    def push_prefix(self, prefix: str, marker: str) -> None:
        """Let every line begin with `prefix`, the next with `marker` in its place."""
        full = len(self._prefixes) >= MAX_PREFIXES
        self._prefixes.append("" if full else prefix)
        self._markers.append("" if full else marker)

    def pop_prefix(self) -> None:
        """Undo the last `push_prefix`."""
        self._prefixes.pop()
        self._markers.pop()

    def write(self, text: str) -> int:
        """Write a text that has no blank at its beginning (unless it is preformatted). Return where it begins."""
        begins_line = self._breaks > 0 or not self.length
        if begins_line:
            self._append(self._line_start())
        if self._bars:
            self._append("| " * self._bars if begins_line else f" {'| ' * self._bars}")
        elif self._blank and not begins_line:
            self._append(" ")
        self._breaks, self._blank, self._bars, self._rule = 0, False, 0, False
        start = self.length
        if "\n" in text and self._prefixes:
            text = text.replace("\n", "\n" + "".join(self._prefixes))
        self._append(text)
        return start

    def at_line_start(self) -> bool:
        """Return whether the next text begins a line."""
        return self._breaks > 0 or not self.length

    def text(self) -> str:
        """Return all that was written."""
        return "".join(self._pieces)

    def _append(self, text: str) -> None:
        self._pieces.append(text)
        self.length += len(text)

    def _line_start(self) -> str:
        """Return the line breaks that are asked for, blank lines with the prefixes common to both sides, and a line's
        prefixes."""
        start = "".join(marker or prefix for prefix, marker in zip(self._prefixes, self._markers, strict=True))
        self._markers = [""] * len(self._markers)
        before, self._last_prefixes = self._last_prefixes, list(self._prefixes)
        if not self.length:
            return start
        shared = 0
        while shared < min(len(before), len(self._prefixes)) and before[shared] == self._prefixes[shared]:
            shared += 1
        empty = "".join(self._prefixes[:shared])
        blank = f"\n{empty.rstrip()}"
        if self._rule:
            return f"{blank}\n{empty}{RULE}{blank}\n{start}"
        return f"{blank * (self._breaks - 1)}\n{start}"
