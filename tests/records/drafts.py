"""Invented people and drafts of posts, drawn from one seeded source of chance; each format renders them in its way."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Literal

from tests.records.phrases import BIOS, EMOJI, NAMES, PHRASES, SIGNS, SITES, SYMBOLS, TAGS, WEIGHTS

Kind = Literal["text", "hashtag", "cashtag", "mention", "link"]
MediaKind = Literal["image", "video", "gif"]
BASE32 = "234567abcdefghijklmnopqrstuvwxyz"
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_SYLLABLES = ("ka", "lo", "mi", "ren", "tu", "sa", "vel", "no", "ri", "que", "dan", "shi", "ber", "ok", "ul", "pe")


@dataclass(frozen=True)
class Person:
    """An invented person."""

    number: int
    handle: str
    name: str
    bio: str
    followers: int
    verified: bool
    lang: str
    token: str
    """Letters and digits of their own, for addresses of pictures and for DIDs."""


@dataclass(frozen=True)
class Piece:
    """A part of a text: the shown characters, and for an entity the value it stands for."""

    kind: Kind
    shown: str
    value: str = ""
    who: Person | None = None


@dataclass
class Draft:
    """A post before any format has rendered it."""

    author: Person
    at_ms: int
    lang: str
    pieces: list[Piece]
    media: list[MediaKind] = field(default_factory=list)
    sensitive: bool = False

    def plain(self) -> str:
        """Return the text as its writer typed it."""
        return "".join(piece.shown for piece in self.pieces)


class Writer:
    """Draws people and drafts; the same seed gives the same ones."""

    def __init__(self, seed: str, people: int = 90, *, began_ms: int = 1_780_000_000_000) -> None:
        self.dice = Random(f"records of {seed}")
        self.now_ms = began_ms
        self.people = [self._person(number) for number in range(people)]

    def _person(self, number: int) -> Person:
        dice = self.dice
        handle = "".join(dice.choices(_SYLLABLES, k=3)) + dice.choice(("", "_", "7", "X")) + str(number)
        return Person(
            number=900_000_000_000 + dice.randrange(10**8) * 1_000 + number,
            handle=handle if number else "HarbourWatch",
            name=dice.choice(NAMES),
            bio=dice.choice(BIOS),
            followers=int(10 ** dice.uniform(0, 6.5)),
            verified=dice.random() < 0.1,
            lang=self.lang(),
            token=self.token(24),
        )

    def lang(self) -> str:
        """Return a language."""
        names = list(PHRASES)
        return self.dice.choices(names, [WEIGHTS.get(name, 2) for name in names])[0]

    def token(self, size: int, letters: str = BASE32) -> str:
        """Return random letters."""
        return "".join(self.dice.choices(letters, k=size))

    def later(self, most_ms: int = 1_500) -> int:
        """Advance the clock by a random time; return it in ms."""
        self.now_ms += self.dice.randrange(1, most_ms)
        return self.now_ms

    def somebody(self) -> Person:
        """Return one of the people, some of them much more often than others."""
        return self.people[int(len(self.people) * self.dice.random() ** 2)]

    def link(self) -> Piece:
        """Return a link: shown as its whole address."""
        site = self.dice.choice(SITES)
        scheme = self.dice.choice(("https://", "https://", "http://"))
        return Piece("link", scheme + site, scheme + site)

    def mention(self) -> Piece:
        """Return the mention of somebody."""
        who = self.somebody()
        return Piece("mention", f"@{who.handle}", who.handle, who)

    def draft(self, *, long: bool = False) -> Draft:
        """Return a post of somebody; a `long` one has over 140 characters, and now and then over 280."""
        author = self.somebody()
        lang = author.lang if self.dice.random() < 0.8 else self.lang()
        pieces = self._pieces(lang)
        while long and sum(len(piece.shown) for piece in pieces) < self.dice.choice((150, 200, 300)):
            pieces += [Piece("text", " "), *self._pieces(lang)]
        media: list[MediaKind] = []
        drawn = self.dice.random()
        if drawn < 0.12:
            media = ["image"] * self.dice.randrange(1, 5)
        elif drawn < 0.18:
            media = [self.dice.choice(("video", "gif"))]
        return Draft(author, self.later(), lang, pieces, media, self.dice.random() < 0.05)

    def _pieces(self, lang: str) -> list[Piece]:
        dice = self.dice
        parts = [Piece("text", dice.choice(PHRASES[lang]))]
        if dice.random() < 0.4:
            parts.append(Piece("text", dice.choice(PHRASES[lang])))
        for chance, made in (
            (0.25, self._tag),
            (0.20, self.mention),
            (0.25, self.link),
            (0.05, self._symbol),
            (0.20, self._emoji),
            (0.12, self._sign),
            (0.15, self._number),
        ):
            if dice.random() < chance:
                parts.insert(dice.randrange(len(parts) + 1), made(lang) if made == self._tag else made())  # type: ignore[call-arg] # one of them asks for the language
        joined = [parts[0]]
        for part in parts[1:]:
            joined += [Piece("text", dice.choice((" ", " ", " ", "\n"))), part]
        return joined

    def _tag(self, lang: str) -> Piece:
        tag = self.dice.choice(TAGS.get(lang, TAGS["en"]))
        return Piece("hashtag", ("＃" if lang == "ja" and self.dice.random() < 0.2 else "#") + tag, tag)

    def _symbol(self) -> Piece:
        symbol = self.dice.choice(SYMBOLS)
        return Piece("cashtag", f"${symbol}", symbol)

    def _emoji(self) -> Piece:
        return Piece("text", self.dice.choice(EMOJI))

    def _sign(self) -> Piece:
        return Piece("text", self.dice.choice(SIGNS))

    def _number(self) -> Piece:
        return Piece("text", str(self.dice.randrange(10_000)))
