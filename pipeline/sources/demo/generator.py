"""Generator of demo events: makes a chapter of posts, reposts, replies, quotes, edits and deletions with their times.

A chapter is 4,096 events, with bursts of one topic and near-duplicates. It is a pure function of the seed and its
number, so a position in the stream is two numbers and any chapter can be generated without those before it. Times are
shares of the chapter; the source that plays it decides when it begins and how long it takes.
"""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass
from typing import Any

from pipeline.sources.demo.authors import LANGUAGE_WEIGHTS, authors
from pipeline.sources.demo.phrases import Topic, phrases, render

EVENTS = 4096
"""Events of one chapter."""
RECENT = 160
"""Posts of a chapter, the latest ones, that may still be answered, reposted, quoted, edited or deleted."""

TOPIC_EMOJI = {
    "birds": "🐦 🪶 ✨ 🌆",
    "trains": "🚆 🌙 🧳",
    "football": "⚽ 🔥 🥅 🎉",
    "baking": "🍞 🥐 😋",
    "space": "🚀 🌌 🔭 🪐",
    "music": "🎶 🎻 🎧",
    "books": "📚 📖 🫖",
    "code": "💻 🐛 ✅",
    "garden": "🍅 🌱 🐌",
    "cats": "🐈 😼 📦 🧶",
    "coffee": "☕ 🌧️ 🫖",
    "weather": "⛈️ 🌈 ❄️",
    "cycling": "🚲 💨 🙌",
}
QUOTE_TEXTS = {
    "en": ("This.", "Needed this today.", "Reading this twice.", "Ok, this one got me.", "Same here, honestly."),
    "de": ("Genau das.", "Heute gebraucht."),
    "fr": ("Exactement.", "Voilà."),
    "es": ("Tal cual.", "Esto mismo."),
    "ja": ("わかる。", "これ。"),
}
REPLY_TEXTS = {
    "en": (
        "Were you there too?",
        "Same here!",
        "Pictures, please",
        "I was on that one",
        "Tell us more",
        "Not again 😅",
    ),
    "de": ("Hier auch!", "Bitte mit Bild"),
    "fr": ("Pareil ici !", "Raconte"),
    "es": ("¡Aquí igual!", "Cuenta más"),
    "ja": ("いいなあ", "こちらもです"),
}


@dataclass(slots=True)
class Written:
    """A post of the chapter in its state after the events so far."""

    number: int
    born: float
    fields: dict[str, Any]
    topic: str
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class ChapterEvent:
    """One event of a chapter.

    `offset` is its time as a share of the chapter, `kind` post, edit, repost, quote, reply or delete. `number` and
    `born` identify its post: the number of the event that wrote it, and that event's offset. `fields` are canonical
    post fields without ids and times. `about` is number, offset and fields of the earlier post it refers to, `counts`
    are the counts of that post after this event.
    """

    offset: float
    kind: str
    number: int
    born: float
    fields: dict[str, Any]
    about: tuple[int, float, dict[str, Any]] | None = None
    counts: dict[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Burst:
    """A time span, in shares of the chapter, in which many posts are about one topic."""

    start: float
    end: float
    topic: str
    strength: float


class Chapter:
    """The events of one chapter, in `events`."""

    def __init__(self, seed: int, number: int) -> None:
        self._dice = random.Random(f"chapter {seed} {number}")
        self._phrases = phrases()
        self._topics = list(self._phrases)
        self._authors = authors(seed, self._topics)
        self._moods = [self._dice.uniform(0.4, 2.5) for _ in self._topics]
        self._bursts = self._plan_bursts()
        self._recent: deque[Written] = deque(maxlen=RECENT)
        offsets = self._offsets()
        self.events = [self._event(index, offset) for index, offset in enumerate(offsets)]

    def _plan_bursts(self) -> list[Burst]:
        dice = self._dice
        bursts = []
        for slot in range(4):
            start = slot / 4 + dice.uniform(0.02, 0.15)
            length = dice.uniform(0.03, 0.08)
            bursts.append(Burst(start, start + length, dice.choice(self._topics), dice.uniform(2.5, 6)))
        return bursts

    def _burst(self, share: float) -> Burst | None:
        return next((burst for burst in self._bursts if burst.start <= share < burst.end), None)

    def _offsets(self) -> list[float]:
        """Return the offsets of the events: the waits between them are random, and shorter in a burst."""
        time, times = 0.0, []
        # An estimate of the chapter's length, so that bursts take about their planned share of it.
        length = EVENTS / (1 + sum((burst.end - burst.start) * (burst.strength - 1) for burst in self._bursts))
        for _ in range(EVENTS):
            burst = self._burst(time / length)
            time += self._dice.expovariate(1.0) / (burst.strength if burst else 1.0)
            times.append(time)
        return [one / times[-1] * 0.9999 for one in times]

    def _event(self, number: int, offset: float) -> ChapterEvent:
        dice = self._dice
        burst = self._burst(offset)
        chance = dice.random()
        earlier = self._pick(burst) if chance > 0.57 and len(self._recent) > 5 else None
        if earlier is None:
            return self._post(number, offset, burst)
        for share, happen in ((0.82, self._repost), (0.91, self._reply), (0.96, self._quote), (0.985, self._near_copy)):
            if chance < share:
                return happen(number, offset, earlier)
        return self._edit(offset, earlier) if chance < 0.991 else self._delete(offset, earlier)

    def _pick(self, burst: Burst | None) -> Written | None:
        """Return an earlier post; one with more reposts is more likely."""
        tries = [self._recent[self._dice.randrange(len(self._recent))] for _ in range(5)]
        if burst:
            tries = [one for one in tries if one.topic == burst.topic] or tries
        return max(tries, key=lambda one: one.counts["reposts"] + self._dice.random())

    def _post(self, number: int, offset: float, burst: Burst | None) -> ChapterEvent:
        dice = self._dice
        name = burst.topic if burst and dice.random() < 0.75 else dice.choices(self._topics, self._moods)[0]
        by_language = self._phrases[name]
        languages = list(by_language)
        language = dice.choices(languages, [LANGUAGE_WEIGHTS.get(one, 1) for one in languages])[0]
        topic = by_language[language]
        fields = self._by(language)
        links = by_language["en"].links if language == "en" else []
        fields |= self._text(render(dice.choice(topic.sentences), dice), name, topic, links)
        return self._written(number, offset, name, fields)

    def _text(self, text: str, name: str, topic: Topic, links: list[tuple[str, str]]) -> dict[str, Any]:
        """Return text and links of a post: a sentence, and by chance emoji, hashtags, a mention, a link."""
        dice = self._dice
        parts = [text]
        if dice.random() < 0.35:
            parts.append("".join(dice.choices(TOPIC_EMOJI[name].split(), k=dice.choice((1, 1, 2)))))
        if dice.random() < 0.08:
            parts.append("@" + self._someone()["handle"])
        if dice.random() < 0.5:
            parts += dice.sample(topic.tags, min(len(topic.tags), dice.choice((1, 1, 2))))
        linked = []
        if links and dice.random() < 0.22:
            url, title = dice.choice(links)
            parts.append(url)
            linked = [{"url": url, "title": title}]
        return {"text": " ".join(parts), "links": linked}

    def _repost(self, number: int, offset: float, earlier: Written) -> ChapterEvent:
        earlier.counts["reposts"] += 1
        earlier.counts["likes"] += self._dice.randrange(9)
        fields = self._by(earlier.fields["lang"]) | {"text": ""}
        return self._about("repost", number, offset, fields, earlier)

    def _quote(self, number: int, offset: float, earlier: Written) -> ChapterEvent:
        language = earlier.fields["lang"]
        earlier.counts["quotes"] += 1
        fields = self._by(language if language in QUOTE_TEXTS else "en")
        fields["text"] = self._dice.choice(QUOTE_TEXTS[fields["lang"]])
        return self._about("quote", number, offset, fields, earlier)

    def _reply(self, number: int, offset: float, earlier: Written) -> ChapterEvent:
        language = earlier.fields["lang"]
        earlier.counts["replies"] += 1
        author = earlier.fields["author"]
        fields = self._by(language if language in REPLY_TEXTS else "en")
        fields["text"] = f"@{author['handle']} {self._dice.choice(REPLY_TEXTS[fields['lang']])}"
        return self._about("reply", number, offset, fields, earlier)

    def _near_copy(self, number: int, offset: float, earlier: Written) -> ChapterEvent:
        """Return a post with an earlier text and another ending: the page folds near-duplicates."""
        fields = self._by(earlier.fields["lang"])
        fields["text"] = f"{earlier.fields['text']} {self._dice.choice(TOPIC_EMOJI[earlier.topic].split())}"
        fields["links"] = earlier.fields.get("links", [])
        return self._written(number, offset, earlier.topic, fields)

    def _edit(self, offset: float, earlier: Written) -> ChapterEvent:
        earlier.fields = earlier.fields | {"text": earlier.fields["text"].rstrip() + " ✏️"}
        fields = earlier.fields | {"counts": dict(earlier.counts)}
        return ChapterEvent(offset, "edit", earlier.number, earlier.born, fields)

    def _delete(self, offset: float, earlier: Written) -> ChapterEvent:
        self._recent.remove(earlier)
        return ChapterEvent(offset, "delete", earlier.number, earlier.born, {})

    def _written(self, number: int, offset: float, topic: str, fields: dict[str, Any]) -> ChapterEvent:
        counts = {"replies": 0, "reposts": 0, "quotes": 0, "likes": 0}
        self._recent.append(Written(number, offset, fields, topic, counts))
        return ChapterEvent(offset, "post", number, offset, fields | {"counts": dict(counts)})

    def _about(self, kind: str, number: int, offset: float, fields: dict[str, Any], earlier: Written) -> ChapterEvent:
        about = (earlier.number, earlier.born, earlier.fields)
        return ChapterEvent(offset, kind, number, offset, fields, about, dict(earlier.counts))

    def _by(self, language: str) -> dict[str, Any]:
        return {"lang": language, "author": self._dice.choice(self._authors[language])}

    def _someone(self) -> dict[str, Any]:
        return self._dice.choice(self._authors["en"])
