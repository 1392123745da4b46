"""Posts for the page tests: made-up posts in several scripts, hostile posts, and the sample records of the networks."""

from __future__ import annotations

import contextlib
import gzip
import random
from collections.abc import Iterator
from typing import IO, cast

from pipeline.errors import RecordError
from pipeline.normalise import normalise
from pipeline.post import Author, Counts, Entity, Link, Media, Post, Upsert
from tests.records import path_of

WORDS = ("storm", "harbour", "ferry", "power", "warning", "coast", "bridge", "night", "outage", "wind", "gusts",
    "closed", "level", "islands", "crews", "water", "train", "music", "morning", "coffee", "garden", "library",
    "market", "window", "river", "mountain", "summer", "photo", "street", "number", "report", "update")  # fmt: skip
TAGS = ("coastwatch", "storm", "nowplaying", "news", "港", "cats")
OTHER = (
    ("ja", "港の波がすごい。みんな気をつけて"),
    ("ar", "العاصفة تقترب من الميناء، انتبهوا جميعا"),
    ("he", "הסערה מתקרבת לנמל, שימו לב"),
    ("es", "¿Alguien sabe si el puente sigue abierto?"),
    ("ru", "Паромы сегодня не ходят из-за шторма"),
    ("ko", "항구에 바람이 정말 세요"),
)
NAMES = ("Mara Lindqvist", "Port Weather", "Tomás Rey", "河合 さくら", "Old Harbour Café", "Ines Duarte", "يوسف", "Ada")
SOURCES = ("bluesky", "x", "mastodon", "demo")


def author(number: int, source: str) -> Author:
    """Return made-up account `number`."""
    name = NAMES[number % len(NAMES)]
    return Author(id=f"{source}-{number}", handle=f"user{number}", name=name, followers=(number * 7919) % 90_000)


def post(number: int, at: int, *, seed: int = 1, **changes: object) -> Post:
    """Return made-up post `number`, written at `at` (ms)."""
    chance = random.Random(f"{seed}:{number}")
    source = SOURCES[chance.randrange(4)]
    post_id = f"{source}:{1_000_000 + number}"
    lang, text = "en", " ".join(chance.choices(WORDS, k=chance.randint(6, 26))).capitalize() + "."
    entities: list[Entity] = []
    hashtags: list[str] = []
    if chance.random() < 0.2:
        lang, text = chance.choice(OTHER)
        text = f"{number} {text} {number * 7}"  # the numbers keep these texts from being near-duplicates
    if chance.random() < 0.4:
        tag = chance.choice(TAGS)
        entities.append(Entity("hashtag", len(text) + 1, len(text) + 2 + len(tag), tag))
        text += f" #{tag}"
        hashtags.append(tag)
    links = [Link("https://www.example.org/report/7", "Warning level 3 from 21:00")] if chance.random() < 0.1 else []
    made = Post(
        id=post_id,
        version=at,
        source=source,
        url=f"https://{source}.example/{number}",
        created_at=at,
        received_at=at + 300,
        text=text,
        entities=entities,
        lang=lang,
        langs=[lang],
        author=author(chance.randrange(300), source),
        counts=Counts(chance.randrange(30), chance.randrange(200), 0, chance.randrange(900)),
        hashtags=hashtags,
        links=links,
        hosts=["www.example.org"] if links else [],
    )
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def repost(number: int, of: Post, at: int) -> Post:
    """Return a repost of a post."""
    return Post(
        id=f"{of.source}:r{number}",
        version=at,
        source=of.source,
        url="",
        created_at=at,
        received_at=at,
        author=author(number % 300, of.source),
        repost_of=of.id,
    )


HOSTILE = (
    "<script>window.hacked = 1</script><img src=x onerror='window.hacked=1'> &lt;b&gt; {{7*7}} ${7*7} </p></article>",
    "\u202e desrever si txet siht \u202d and this is not \u2066\u2067\u2068",
    "W" * 3_000,
    "Z" + "\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309\u030a" * 40 + "algo",
    "\u0000\u0001\u001b[31m control \u2028\u2029 lines \ufeff\u200b",
    "𓀀𓀁👨‍👩‍👧‍👦🏳️‍🌈" * 60,
)


def hostile(at: int) -> list[Post]:
    """Return posts whose texts, authors, links and media try to break the page or run a script."""
    posts = []
    for index, text in enumerate(HOSTILE):
        made = post(index, at + index, seed=9)
        made.id, made.text, made.entities, made.hashtags = f"x:66{index}", text, [], []
        made.author = Author(
            id=f"h{index}", handle=f"h{index}", name=f'"><svg onload=hacked=1>{text[:80]}', followers=1
        )
        made.url = "javascript:window.hacked=1"
        made.links = [Link("javascript:window.hacked=1", "<b>click</b>"), Link("data:text/html,x", "data")]
        made.media = [Media("image", "javascript:window.hacked=1", "", '"><script>window.hacked=1</script>')]
        posts.append(made)
    posts[0].entities = [
        Entity("link", 0, 8, "javascript:window.hacked=1"),
        Entity("mention", 8, 9_999, "x"),
        Entity("hashtag", 50, 40, "<script>"),
    ]
    return posts


def real(now_ms: int, limit: int = 5_000) -> list[Upsert]:
    """Return posts of the sample records of X, Bluesky and Mastodon, with times that end just before `now_ms`."""
    found: list[Upsert] = []
    for raw in _lines():
        try:
            events = normalise(raw, "replay", now_ms)
        except RecordError:
            continue
        found.extend(event for event in events if isinstance(event, Upsert))
    found = found[:limit]
    for index, event in enumerate(found):
        event.post.created_at = event.post.received_at = now_ms - (len(found) - index) * 2_500
        event.post.version = event.post.created_at
    return found


def _lines() -> Iterator[bytes]:
    names = ("mastodon/statuses.jsonl.gz", "bluesky/events.jsonl", "x-v1.1/stream.jsonl.gz")
    with contextlib.ExitStack() as stack:
        opened = [(gzip.open if name.endswith(".gz") else open)(path_of(name), "rb") for name in names]
        streams = [stack.enter_context(cast("IO[bytes]", stream)) for stream in opened]
        while streams:
            for stream in list(streams):
                line = stream.readline()
                if not line:
                    streams.remove(stream)
                elif line.strip():
                    yield line
