"""Searchable document of a post: the tokens, facets and numbers that matcher, evaluator and stores read.

`describe(post, original)` builds it once a post. Facets are whole values such as "#tag" or "from:nasa" (`facets.py`).
Links add the tokens that the text does not show, and their titles; polls add their options, media their descriptions. A
`BREAK` token keeps phrases from crossing two parts. A server's own emoji are no words. A repost has its original's
content (words, tags, links, language, `has:`) and its own author, numbers and dates.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.post import Emoji, Post
from pipeline.query.analyser import MAX_TOKENS, analyse
from pipeline.query.link_tokens import link_tokens
from pipeline.query.post_facets import add_author_facets, add_content_facets

BREAK = "\u00b6"
"""Separator token between parts that a phrase must not cross. The analyser never yields it."""


@dataclass(slots=True, eq=True)
class Document:
    """The searchable data of one post.

    `words` are the tokens of the text and, after a `BREAK` each, of the hidden parts of links, of poll options, titles
    of links and descriptions of media. `urls` are the tokens of every expanded link, with a `BREAK` between two. `bio`
    and `name` are the author's. `facets` are whole values ("#tag", "@handle", "$sym", "lang:en", "lang:en-gb",
    "lang:und", "source:x", "is:reply", "has:links", "from:handle", "from:id", "to:…", "host:example.com" and its parent
    domains, "conversation:…", "reply_to:…", "repost_of:…", "quote_of:…", "reposts_from:…"), folded. `numbers` has the
    known numbers by `tree.NumberField`.
    """

    id: str
    created_at: int
    words: list[str]
    urls: list[str]
    bio: list[str]
    name: list[str]
    facets: set[str]
    numbers: dict[str, int]


def describe(post: Post, original: Post | None) -> Document:
    """Return the document of a post. `original` is the post that a repost reposts, if stored; other posts ignore it."""
    content = original if post.repost_of and original is not None else post
    facets = {f"source:{post.source}"}
    add_content_facets(content, facets)
    add_author_facets(post, facets, original)
    words = analyse(_without_emoji(content) if content.emojis else content.text)
    urls: list[str] = []
    if content.links:
        _add_links(content, words, urls)
    if content.links or content.media or content.poll is not None:
        _add_side_texts(content, words)
    author = post.author
    return Document(
        post.id,
        post.created_at,
        words,
        urls,
        analyse(without_emoji_names(author.bio, author.emojis)) if author.bio else [],
        analyse(without_emoji_names(author.name, author.emojis)) if author.name else [],
        facets,
        _numbers(post),
    )


def without_emoji_names(text: str, emojis: list[Emoji]) -> str:
    """Return a text without the `:name:` of a server's own emoji."""
    for emoji in emojis:
        text = text.replace(f":{emoji.name}:", " ")
    return text


def _without_emoji(post: Post) -> str:
    """Return the text of a post without the spans of a server's own emoji."""
    text = post.text
    for entity in reversed(post.entities):
        if entity.type == "emoji":
            text = f"{text[: entity.start]} {text[entity.end :]}"
    return text


def _add_side_texts(post: Post, words: list[str]) -> None:
    """Add to `words` what a card shows beside the text: options of the poll, titles of links, descriptions of media."""
    texts = [option.text for option in post.poll.options] if post.poll is not None else []
    texts += [link.title for link in post.links if link.title]
    texts += [medium.alt for medium in post.media if medium.alt]
    for text in dict.fromkeys(texts):
        tokens = analyse(without_emoji_names(text, post.emojis))
        if tokens and len(words) + len(tokens) < MAX_TOKENS:
            if words:
                words.append(BREAK)
            words += tokens


def _add_links(post: Post, words: list[str], urls: list[str]) -> None:
    """Add each link's tokens to `urls`, and to `words` those after the part that the text shows."""
    shown: dict[str, tuple[int, int]] = {
        entity.value: (entity.start, entity.end) for entity in post.entities if entity.type == "link"
    }
    seen: set[str] = set()
    for link in post.links:
        if link.url in seen:
            continue
        seen.add(link.url)
        tokens = link_tokens(link.url)
        if not tokens or len(urls) + len(tokens) > MAX_TOKENS:
            continue
        if urls:
            urls.append(BREAK)
        urls += tokens
        span = shown.get(link.url)
        hidden = tokens
        if span is not None:
            displayed = link_tokens(post.text[span[0] : span[1]])
            same = 0
            while same < len(displayed) and same < len(tokens) and displayed[same] == tokens[same]:
                same += 1
            hidden = tokens[same:]
        if hidden and len(words) + len(hidden) < MAX_TOKENS:
            if words:
                words.append(BREAK)
            words += hidden


def _numbers(post: Post) -> dict[str, int]:
    counts = post.counts
    numbers: dict[str, int] = {}
    if post.author.followers is not None:
        numbers["followers"] = post.author.followers
    if counts.likes is not None:
        numbers["likes"] = counts.likes
    if counts.reposts is not None:
        numbers["reposts"] = counts.reposts
    if counts.replies is not None:
        numbers["replies"] = counts.replies
    if counts.quotes is not None:
        numbers["quotes"] = counts.quotes
    return numbers
