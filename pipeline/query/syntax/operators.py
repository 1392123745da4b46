"""Table of operators: name, aliases, example and meaning of each operator, and the function that reads its value.

`read_operator` makes the tree node of `name:value`; it raises `errors.QueryError` for a missing or wrong value, and for
an unknown operator with similar names as hint. A row here is an operator of the parser, of the page's completion and
cheat sheet, and of `docs/reference/search.md` (a test compares).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.errors import QueryError
from pipeline.plugins import SOURCES_GROUP, offered
from pipeline.query.syntax import operator_values as values
from pipeline.query.syntax.number_values import number_reader, read_sample
from pipeline.query.syntax.operator_suggestions import similar_names
from pipeline.query.syntax.operator_values import Value
from pipeline.query.syntax.time_values import time_reader
from pipeline.query.tree import Node
from pipeline.source_names import NETWORKS


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator.

    `example` is a search that uses it. `finds` describes the posts that it finds. `choices` are its only values (empty:
    any).
    """

    name: str
    example: str
    finds: str
    read: Callable[[Value], Node]
    aliases: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()


def _id_reader(prefix: str) -> Callable[[Value], Node]:
    return lambda value: values.read_id(value, prefix)


def _handle_reader(prefix: str) -> Callable[[Value], Node]:
    return lambda value: values.read_handle(value, prefix)


def _choice_reader(prefix: str, choices: dict[str, str]) -> Callable[[Value], Node]:
    return lambda value: values.read_choice(value, prefix, choices)


IS = ("repost", "reply", "quote", "sensitive", "verified", "bot")
HAS = ("links", "media", "images", "videos", "poll", "mentions", "hashtags", "cashtags")
_IS = {name: name for name in IS} | {"retweet": "repost", "nativeretweets": "repost"}
_HAS = {name: name for name in HAS}
_FILTER = (
    {name: f"has:{name}" for name in HAS}
    | {f"{name}": f"is:{name}" for name in IS}
    | {"replies": "is:reply", "reposts": "is:repost", "retweets": "is:repost", "nativeretweets": "is:repost"}
    | {"quotes": "is:quote"}
)

OPERATORS = (
    Operator("from", "from:nasa", "the author: handle or id", _handle_reader("from:")),
    Operator("to", "to:nasa", "whom the post replies to: handle or id", _handle_reader("to:")),
    Operator(
        "url",
        "url:nature.com",
        "links to this host and its subdomains; with a slash or a word alone, a phrase inside one expanded link",
        values.read_url,
        aliases=("domain",),
    ),
    Operator(
        "lang",
        "lang:en",
        "the language the source states; lang:und where it states none",
        values.read_language,
        ("language",),
    ),
    Operator(
        "source",
        "source:bluesky",
        "the network the post came from",
        _choice_reader("source:", {s: s for s in (*NETWORKS, *offered(SOURCES_GROUP))}),
        (),
        NETWORKS,
    ),
    Operator("is", "is:reply", "a property of the post", _choice_reader("is:", _IS), (), IS),
    Operator("has", "has:images", "something the post carries", _choice_reader("has:", _HAS), (), HAS),
    Operator(
        "filter", "filter:links", "another spelling of has: and is:", _choice_reader("", _FILTER), (), tuple(_FILTER)
    ),
    Operator("mentions", "mentions:nasa", "another spelling of @nasa", _handle_reader("@")),
    Operator(
        "conversation",
        "conversation:x:20",
        "posts of one conversation",
        _id_reader("conversation:"),
        ("conversation_id",),
    ),
    Operator("reply_to", "reply_to:x:20", "answers to one post", _id_reader("reply_to:")),
    Operator("repost_of", "repost_of:x:20", "reposts of one post", _id_reader("repost_of:")),
    Operator("quote_of", "quote_of:x:20", "quotes of one post", _id_reader("quote_of:")),
    Operator(
        "reposts_from",
        "reposts_from:nasa",
        "reposts of what this author wrote",
        _handle_reader("reposts_from:"),
        ("retweets_of",),
    ),
    Operator("bio", "bio:astronomer", "words of the author's description", values.words_reader("bio")),
    Operator("name", 'name:"ada l"', "words of the author's display name", values.words_reader("name")),
    Operator(
        "followers",
        "followers:1000..",
        "how many follow the author",
        number_reader("followers"),
        ("followers_count",),
    ),
    Operator("likes", "likes:100..", "likes, as last reported", number_reader("likes"), ("min_faves",)),
    Operator("reposts", "reposts:10..20", "reposts, as last reported", number_reader("reposts"), ("min_retweets",)),
    Operator("replies", "replies:..5", "replies, as last reported", number_reader("replies"), ("min_replies",)),
    Operator("quotes", "quotes:5", "quotes, as last reported", number_reader("quotes")),
    Operator("since", "since:2h", "made at this time or later", time_reader("since")),
    Operator("until", "until:2026-11-23", "made before this time", time_reader("until")),
    Operator("sample", "sample:10", "a steady share of all posts, in per cent", read_sample),
)

OPERATORS_BY_NAME = {name: operator for operator in OPERATORS for name in (operator.name, *operator.aliases)}


def read_operator(name: str, value: Value) -> Node:
    """Return the node of `name:value`.

    Raises:
        QueryError: the operator does not exist, or its value is missing or cannot be read.
    """
    operator = OPERATORS_BY_NAME.get(name.lower())
    if operator is None:
        raise _unknown_operator(name, value)
    if not value.text:
        raise value.wrong("its value comes right after the colon", operator.example, "missing_value")
    return operator.read(value)


def _unknown_operator(name: str, value: Value) -> QueryError:
    """Return the error for an operator that is not in the table. Its hint offers similar names and the quoted words."""
    close = similar_names(name.lower(), OPERATORS_BY_NAME)
    offer = f"write {' or '.join(f'{known}:' for known in close)}, or " if close else "write "
    quoted = f"{name}:{value.text}".replace('"', "")
    return QueryError(
        "unknown_operator",
        f"There is no operator “{name}:”.",
        value.operator_at,
        f'{offer}"{quoted}" to find the words',
    )
