"""Canonical post with its parts (author, counts, entities, links, media), and the events that a raw record becomes.

The events are a post that was written or observed again (`Upsert`), the deletion of one post or of an account's posts,
the detachment of a quote, a change of an account, a doubt about its stored posts, and a notice. The field names are
those of JSON on the wire and in exports. Times are integers, milliseconds since 1970 in UTC. Unknown numbers are null,
unknown words "", never guessed. This module knows no source and no store.
"""

from __future__ import annotations

import msgspec
from msgspec import UNSET, UnsetType

MAX_TIME_MS = 253_402_300_799_999
"""End of the year 9999 in UTC: no post has a later time, because no calendar here can show one."""


class Emoji(msgspec.Struct):
    """A server's own emoji. A text or name writes it as `:name:`; `url` is the address of its picture."""

    name: str
    url: str


class Author(msgspec.Struct):
    """Author of a post. `id` is the source's own stable id, without a prefix; `handle` is without "@".

    `former_handles` are handles that the account had before and that still find its posts, newest first.
    `bot`: the account states that it is automated. `emojis` are the emoji that `name` and `bio` write as `:name:`.
    """

    id: str
    handle: str
    name: str = ""
    bio: str = ""
    avatar: str = ""
    followers: int | None = None
    verified: bool = False
    former_handles: list[str] = []
    bot: bool = False
    emojis: list[Emoji] = []


class Counts(msgspec.Struct):
    """Reaction counts as the source last reported them; null where it did not."""

    replies: int | None = None
    reposts: int | None = None
    quotes: int | None = None
    likes: int | None = None


class ReplyTo(msgspec.Struct):
    """The answered post: its full id ("x:1", "" if unknown) and its author's own id and handle."""

    id: str = ""
    author: str = ""
    handle: str = ""


class Entity(msgspec.Struct):
    """A span of `Post.text`: code points from `start` (inclusive) to `end` (exclusive).

    `type` is hashtag, cashtag, mention, link or emoji. `value` is the tag, symbol or handle without its sign, the whole
    expanded URL, or the name of one of `Post.emojis`. `id` is the mentioned account's own id where the source gives it.
    """

    type: str
    start: int
    end: int
    value: str
    id: str = ""


class Link(msgspec.Struct):
    """A link of a post, expanded. `title`, `description` and `image` (an address) are those of the source's preview."""

    url: str
    title: str = ""
    description: str = ""
    image: str = ""


class Media(msgspec.Struct):
    """An image, video or attached file. `type` is image, video, gif or file, `url` its address.

    `preview` is the address of a still image, `mime` the media type ("application/pdf") where it is known.
    """

    type: str
    url: str
    preview: str = ""
    alt: str = ""
    mime: str = ""


class PollOption(msgspec.Struct):
    """An option of a poll. `votes` is null where the source does not tell."""

    text: str
    votes: int | None = None


class Poll(msgspec.Struct):
    """A poll. `closes_at` is the time (ms) until which people can vote, or could; null where it is not stated."""

    options: list[PollOption]
    closes_at: int | None = None
    multiple: bool = False


THIN, NESTED, OWN = 0, 1, 2
"""Ranks of a record that speaks of a post: it lacks fields, it carries the post inside another one, it is the post's
own."""


class Stamp(msgspec.Struct, frozen=True, order=False, array_like=True):
    """Where a part of a post comes from: the record's rank, its version, and when it was received (0: does not count).

    The default is below every stamp of a record: nothing is known.
    """

    rank: int = THIN
    version: int = -1
    heard_at: int = 0


class Basis(msgspec.Struct, frozen=True, omit_defaults=True):
    """Stamps of the parts of a post (words, author, quote), and when its counts were observed (ms).

    They decide what a later record may replace (docs/design/delivery.md, "What replaces what").
    """

    words: Stamp = Stamp()
    author: Stamp = Stamp()
    quote: Stamp = Stamp()
    counts_at: int = -1


class Post(msgspec.Struct, kw_only=True):
    """One post; `docs/reference/post.md` describes every field.

    `id` is unique and stable over sources: "x:1050118621198921728", "bluesky:did:plc:…/3k…", "mastodon:host/1".
    `version` orders the records received of a post: the source's time of the event or observation in ms, the same on
    redelivery. `seq` is the sequence number of its last accepted version (0 until stored), `first_seq` the one under
    which the post was first stored (0 if that was before these numbers were kept). `changed` states whether a greater
    version ever replaced an earlier one: 0 never, 1 numbers only, 2 content or author. `created_at` is the smaller of
    the author's claim and `received_at`, fixed when the post is first stored; `claimed_at` is the claim where it
    differs. `edited_at` is the time of the author's last edit. `langs` are BCP 47 tags of language, script and
    region ("pt-BR"), empty where the source states none; `lang` is the first. A repost has the id of its original in
    `repost_of`, empty `text` and no content of its own. `basis` is absent where all parts come from one record of the
    post's own. `imported`: what arrived of it last came from a file, by `murmur import`; it is no news.
    """

    id: str
    version: int
    seq: int = 0
    first_seq: int = 0
    changed: int = 0
    source: str
    url: str = ""
    created_at: int
    claimed_at: int | None = None
    received_at: int
    text: str = ""
    entities: list[Entity] = []
    lang: str = ""
    langs: list[str] = []
    author: Author
    counts: Counts = msgspec.field(default_factory=Counts)
    reply_to: ReplyTo | None = None
    conversation_id: str = ""
    repost_of: str = ""
    quote_of: str = ""
    detached_quote: str = ""
    hashtags: list[str] = []
    cashtags: list[str] = []
    mentions: list[str] = []
    links: list[Link] = []
    hosts: list[str] = []
    media: list[Media] = []
    sensitive: bool = False
    poll: Poll | None = None
    edited_at: int | None = None
    emojis: list[Emoji] = []
    edits: list[str] = []
    rewritten: int = 0
    basis: Basis | UnsetType = UNSET
    imported: bool = False


class Upsert(msgspec.Struct, frozen=True):
    """A post that was made, observed again or edited.

    `raw` is its record, stored beside it (b"" for an original that came inside another record). `alias` is the id by
    which the server that sent the record would name the post when it is deleted, "" where that is the post's own.
    """

    post: Post
    raw: bytes = b""
    alias: str = ""


class Deletion(msgspec.Struct, frozen=True):
    """The deletion of a post at its source, at `at` (ms)."""

    id: str
    at: int


class QuoteDetachment(msgspec.Struct, frozen=True):
    """The post `id` no longer quotes the post `quoted`, because that post's author or server took the quote back.

    The quoting post stays. It shows, finds and exports the quote no more, whatever later copies of it say. `attached`
    undoes an earlier detachment: the quote is shown again.
    """

    id: str
    quoted: str
    attached: bool = False


class AuthorDeletion(msgspec.Struct, frozen=True):
    """The deletion of all posts of an account up to `at` (ms). `author_id` is the source's own id.

    `forgotten`: the operator ordered it (`murmur forget`), not the source. The store keeps that for good.
    """

    source: str
    author_id: str
    at: int
    forgotten: bool = False


class AccountChange(msgspec.Struct, frozen=True):
    """A change of an account at its source at `at` (ms, the source's time of the change). The greatest time wins.

    `hidden`: the account is off for now, and none of its posts may be shown until it is back (False); None says nothing
    about that. `handle` is the account's new handle, "" says nothing about it.
    """

    source: str
    author_id: str
    at: int
    hidden: bool | None = None
    handle: str = ""


class AuthorRecheck(msgspec.Struct, frozen=True):
    """The source lost count of an account's changes at `at` (ms): its stored posts are to be looked up again."""

    source: str
    author_id: str
    at: int


class Notice(msgspec.Struct, frozen=True):
    """A message of a source that is no post. `kind` is limit, disconnect, warning, keepalive, withheld or info."""

    source: str
    kind: str
    detail: str = ""


Event = Upsert | Deletion | QuoteDetachment | AuthorDeletion | AccountChange | AuthorRecheck | Notice
"""Result of normalising a record."""
