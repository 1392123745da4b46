"""The table of operators: names, aliases, an example, what each finds, and how its value becomes a node.

One row here is an operator in the parser, in the page's completion and cheat sheet, and in `docs/search.md` (a test
compares). A reader gets the value as typed and raises `errors.QueryError` when it cannot be one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.errors import QueryError
from pipeline.plugins import SOURCES_GROUP, offered
from pipeline.query import values
from pipeline.query.tree import Node
from pipeline.query.values import Value
from pipeline.source_names import NETWORKS


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator: `example` is a search that uses it, `finds` says what that reads, `choices` its only values."""

    name: str
    example: str
    finds: str
    read: Callable[[Value], Node]
    aliases: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()


def _facet(prefix: str) -> Callable[[Value], Node]:
    return lambda value: values.facet(value, prefix)


def _handle(prefix: str) -> Callable[[Value], Node]:
    return lambda value: values.handle(value, prefix)


def _choice(prefix: str, choices: dict[str, str]) -> Callable[[Value], Node]:
    return lambda value: values.choice(value, prefix, choices)


IS = ("repost", "reply", "quote", "sensitive", "verified")
HAS = ("links", "media", "images", "videos", "mentions", "hashtags", "cashtags")
_IS = {name: name for name in IS} | {"retweet": "repost", "nativeretweets": "repost"}
_HAS = {name: name for name in HAS}
_FILTER = (
    {name: f"has:{name}" for name in HAS}
    | {f"{name}": f"is:{name}" for name in IS}
    | {"replies": "is:reply", "reposts": "is:repost", "retweets": "is:repost", "nativeretweets": "is:repost"}
    | {"quotes": "is:quote"}
)

OPERATORS = (
    Operator("from", "from:nasa", "the author: handle or id", _handle("from:")),
    Operator("to", "to:nasa", "whom the post replies to: handle or id", _handle("to:")),
    Operator(
        "url",
        "url:nature.com",
        "links to this host and its subdomains; with a slash or a word alone, a phrase inside one expanded link",
        values.url,
        aliases=("domain",),
    ),
    Operator(
        "lang", "lang:en", "the language the source states; lang:und where it states none", values.lang, ("language",)
    ),
    Operator(
        "source",
        "source:bluesky",
        "the network the post came from",
        _choice("source:", {s: s for s in (*NETWORKS, *offered(SOURCES_GROUP))}),
        (),
        NETWORKS,
    ),
    Operator("is", "is:reply", "a property of the post", _choice("is:", _IS), (), IS),
    Operator("has", "has:images", "something the post carries", _choice("has:", _HAS), (), HAS),
    Operator("filter", "filter:links", "another spelling of has: and is:", _choice("", _FILTER), (), tuple(_FILTER)),
    Operator("mentions", "mentions:nasa", "another spelling of @nasa", _handle("@")),
    Operator(
        "conversation", "conversation:x:20", "posts of one conversation", _facet("conversation:"), ("conversation_id",)
    ),
    Operator("reply_to", "reply_to:x:20", "answers to one post", _facet("reply_to:")),
    Operator("repost_of", "repost_of:x:20", "reposts of one post", _facet("repost_of:")),
    Operator("quote_of", "quote_of:x:20", "quotes of one post", _facet("quote_of:")),
    Operator(
        "reposts_from",
        "reposts_from:nasa",
        "reposts of what this author wrote",
        _handle("reposts_from:"),
        ("retweets_of",),
    ),
    Operator("bio", "bio:astronomer", "words of the author's description", values.words("bio")),
    Operator("name", 'name:"ada l"', "words of the author's display name", values.words("name")),
    Operator(
        "followers", "followers:1000..", "how many follow the author", values.number("followers"), ("followers_count",)
    ),
    Operator("likes", "likes:100..", "likes, as last heard", values.number("likes"), ("min_faves",)),
    Operator("reposts", "reposts:10..20", "reposts, as last heard", values.number("reposts"), ("min_retweets",)),
    Operator("replies", "replies:..5", "replies, as last heard", values.number("replies"), ("min_replies",)),
    Operator("quotes", "quotes:5", "quotes, as last heard", values.number("quotes")),
    Operator("since", "since:2h", "made at this time or later", values.created("since")),
    Operator("until", "until:2026-11-23", "made before this time", values.created("until")),
    Operator("sample", "sample:10", "a steady share of all posts, in per cent", values.sample),
)

BY_NAME = {name: operator for operator in OPERATORS for name in (operator.name, *operator.aliases)}


@dataclass(frozen=True, slots=True)
class Sign:
    """A form of the language that is no `name:value`, for completion and the cheat sheet."""

    form: str
    example: str
    finds: str


SIGNS = (
    Sign("a b", "snow rain", "both words"),
    Sign("OR", "snow OR rain", "either; AND binds tighter"),
    Sign("-", "snow -rain", "not this; NOT is another spelling"),
    Sign("( )", "(snow OR rain) alps", "a group"),
    Sign('" "', '"black hole"', "the exact phrase"),
    Sign('" "~n', '"coffee sleep"~5', "the words in any order, at most n others among them"),
    Sign("x*", "astro*", "words that begin like this"),
    Sign("#", "#snow", "a hashtag, whole"),
    Sign("@", "@nasa", "posts that mention this account"),
    Sign("$", "$TSLA", "a cashtag"),
    Sign("http", "https://example.com/a", "a phrase inside one expanded link"),
    Sign("*", "* -snow", "every post"),
)


def near(name: str) -> list[str]:
    """Return the names of operators spelled like this one, nearest first, at most three."""
    name = name[:32]
    ranked = sorted((0 if known.startswith(name) else _distance(name, known), known) for known in BY_NAME)
    return [known for distance, known in ranked if distance <= max(2, len(name) // 2)][:3]


def _distance(left: str, right: str) -> int:
    """Return how many letters must be put in, left out or changed."""
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        before, row[0] = row[0], i
        for j, b in enumerate(right, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]


def read(name: str, value: Value) -> Node:
    """Return the node of `name:value`.

    Raises:
        QueryError: there is no such operator, or its value is missing or cannot be read.
    """
    operator = BY_NAME.get(name.lower())
    if operator is None:
        raise unknown(name, value)
    if not value.text:
        raise value.wrong("its value comes right after the colon", operator.example, "missing_value")
    return operator.read(value)


def unknown(name: str, value: Value) -> QueryError:
    """Return the error for an operator that is not in the table; it offers near ones and the quoted words."""
    close = near(name.lower())
    offer = f"write {' or '.join(f'{known}:' for known in close)}, or " if close else "write "
    quoted = f"{name}:{value.text}".replace('"', "")
    return QueryError(
        "unknown_operator",
        f"There is no operator “{name}:”.",
        value.operator_at,
        f'{offer}"{quoted}" to find the words',
    )
