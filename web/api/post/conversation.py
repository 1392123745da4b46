"""Conversation of a post: the posts it answers, upwards, and everything that answers one of them, as far as stored.

A network that names the conversation is asked for it by one search; the others are followed from answer to answer, in
rounds. The quotes of the post belong to it. All is bounded, so that a thread of thousands costs a few searches.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import msgspec

from pipeline.errors import QueryError
from pipeline.query.parser import parse
from pipeline.store.contract import Reading

CONVERSATION_MAX = 500
"""Most posts of a conversation that are read."""
ANCESTORS_MAX = 50
"""Most posts upwards from a post."""
ROUNDS_MAX = 12
"""Most rounds from answer to answer where the network does not name the conversation."""
_IDS_A_SEARCH = 16
_IDS_CHARS = 700
"""Most ids of one search, and most characters of them: a search has at most 1,024."""
_SEARCHES_MAX = 60


class PostRelations(msgspec.Struct):
    """Fields of a stored post that place it among others: author, time, and the posts that it names."""

    id: str
    source: str
    created_at: int
    author: PostAuthor
    reply_to: AnsweredPost | None = None
    conversation_id: str = ""
    repost_of: str = ""


class PostAuthor(msgspec.Struct):
    """The author of a stored post, by the source's own id."""

    id: str
    handle: str = ""


class AnsweredPost(msgspec.Struct):
    """The post that a stored post answers, "" if the source does not tell."""

    id: str = ""


relations_of = msgspec.json.Decoder(PostRelations).decode
"""Return the relations of a stored post."""


@dataclass(slots=True)
class Conversation:
    """Posts of a conversation, oldest first. `root` is the id of its first post, which need not be stored.

    `cut`: the conversation has more posts than are read.
    """

    root: str
    bodies: list[bytes]
    cut: bool


@dataclass(slots=True)
class _Found:
    """Posts found so far, and the searches that are left."""

    reading: Reading
    posts: dict[str, tuple[PostRelations, bytes]] = field(default_factory=dict)
    searches: int = _SEARCHES_MAX
    cut: bool = False

    def add(self, bodies: Iterable[bytes]) -> list[PostRelations]:
        """Note posts; return those that are new. A repost is no part of a conversation."""
        fresh = []
        for body in bodies:
            post = relations_of(body)
            if post.id in self.posts or post.repost_of:
                continue
            if len(self.posts) >= CONVERSATION_MAX:
                self.cut = True
                break
            self.posts[post.id] = (post, body)
            fresh.append(post)
        return fresh

    def search(self, text: str) -> list[PostRelations]:
        """Note the matches of a search; return those that are new. An id that no search can name finds none."""
        if self.searches <= 0:
            self.cut = True
            return []
        self.searches -= 1
        try:
            query = parse(text)
        except QueryError:
            return []
        page = self.reading.search(query, limit=CONVERSATION_MAX)
        self.cut = self.cut or page.next is not None
        return self.add(page.bodies)


def stored_post(reading: Reading, post_id: str) -> tuple[PostRelations, bytes] | None:
    """Return a stored post, or the original of a repost where that is stored; None where the post is not."""
    body = reading.posts([post_id]).get(post_id)
    if body is None:
        return None
    post = relations_of(body)
    original = reading.posts([post.repost_of]).get(post.repost_of) if post.repost_of else None
    return (relations_of(original), original) if original is not None else (post, body)


def read_conversation(reading: Reading, post_id: str) -> Conversation | None:
    """Return the conversation of a post, None where the post is not stored."""
    focus = stored_post(reading, post_id)
    if focus is None:
        return None
    found = _Found(reading)
    post, body = focus
    found.posts[post.id] = (post, body)
    top = _ancestors(found, post)
    root = post.conversation_id or (top.reply_to.id if top.reply_to is not None and top.reply_to.id else top.id)
    found.add(reading.posts([root]).values())
    if post.conversation_id:
        found.search(f"conversation:{quoted(post.conversation_id)}")
    _answers(found, list(dict.fromkeys([root, *found.posts])))
    found.search(f"quote_of:{quoted(post.id)}")
    rows = sorted(found.posts.values(), key=lambda row: (row[0].created_at, row[0].id))
    return Conversation(root, [body for _, body in rows], found.cut)


def quoted(value: str) -> str:
    """Return a value as the search language writes it."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _ancestors(found: _Found, post: PostRelations) -> PostRelations:
    """Note the posts upwards from a post; return the highest that is stored."""
    for _ in range(ANCESTORS_MAX):
        answered = post.reply_to.id if post.reply_to is not None else ""
        fresh = found.add(found.reading.posts([answered]).values()) if answered else []
        if not fresh:
            break
        post = fresh[0]
    return post


def _answers(found: _Found, ids: Sequence[str]) -> None:
    """Note what answers these posts, and what answers that, in rounds."""
    for _ in range(ROUNDS_MAX):
        if not ids:
            return
        ids = [one.id for some in _portions(ids) for one in found.search(_answers_to(some))]
    found.cut = True


def _answers_to(ids: Sequence[str]) -> str:
    return " OR ".join(f"reply_to:{quoted(one)}" for one in ids)


def _portions(ids: Sequence[str]) -> list[list[str]]:
    portions: list[list[str]] = [[]]
    for one in ids:
        full = len(portions[-1]) >= _IDS_A_SEARCH or len(_answers_to([*portions[-1], one])) > _IDS_CHARS
        if full and portions[-1]:
            portions.append([])
        portions[-1].append(one)
    return portions
