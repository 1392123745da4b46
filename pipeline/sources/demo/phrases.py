"""Phrases of the demo posts: reads topics, hashtags, links and sentences from text files, and draws a sentence's words.

There is a file for each language. It holds topics (`= birds #murmuration …`, with the topic's hashtags in this
language) and under each its links (`> host/path | title`, on hosts that cannot exist) and sentences. In a sentence
`[this|that]` is a choice, `{n}` a number of one digit, `{nn}` one of two; `render` makes the text by random choice.
"""

from __future__ import annotations

import functools
import random
import re
from dataclasses import dataclass, field
from pathlib import Path

Sentence = list[str | list[str]]
"""Fixed pieces (text) and choices (lists of texts), alternating."""

_CHOICE = re.compile(r"\[([^\]]*)\]")


@dataclass(frozen=True)
class Topic:
    """Hashtags, links and sentences of a topic in one language."""

    tags: list[str]
    links: list[tuple[str, str]] = field(default_factory=list)
    sentences: list[Sentence] = field(default_factory=list)


Phrases = dict[str, dict[str, Topic]]
"""Topic name → language → topic."""


@functools.cache
def phrases() -> Phrases:
    """Return all phrases, topics and languages in a fixed order."""
    found: Phrases = {}
    for path in sorted((Path(__file__).parent / "texts").glob("*.txt")):
        topic: Topic | None = None
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("="):
                name, *tags = line[1:].split()
                topic = found.setdefault(name, {}).setdefault(path.stem, Topic(tags))
            elif line.startswith(">") and topic is not None:
                address, title = line[1:].split("|")
                topic.links.append((f"https://{address.strip()}", title.strip()))
            elif line.strip() and topic is not None:
                topic.sentences.append(_parsed(line.strip()))
    return found


def _parsed(line: str) -> Sentence:
    pieces = _CHOICE.split(line)
    return [piece.split("|") if index % 2 else piece for index, piece in enumerate(pieces)]


def render(sentence: Sentence, dice: random.Random) -> str:
    """Return a sentence with its choices and numbers drawn."""
    text = "".join(piece if isinstance(piece, str) else dice.choice(piece) for piece in sentence)
    while "{nn}" in text:
        text = text.replace("{nn}", str(dice.randint(11, 98)), 1)
    while "{n}" in text:
        text = text.replace("{n}", str(dice.randint(2, 9)), 1)
    return text
