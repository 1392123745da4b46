"""Bluesky's Jetstream: events of `/subscribe` and frames of its successor, about posts and about other records.

Shapes: README of bluesky-social/jetstream (`did`, `time_us`, `kind`, `commit`, `identity`, `account`); the lexicons
`app.bsky.feed.post`, `.repost`, `.like`, `app.bsky.graph.follow`, `.block`, `app.bsky.actor.profile`,
`app.bsky.richtext.facet` (UTF-8 byte indices), `app.bsky.embed.{images,video,external,record,recordWithMedia}`,
`com.atproto.label.defs#selfLabels`, `com.atproto.sync.subscribeRepos#{identity,account}`; for the newer wire the
lexicon `network.bsky.jetstream.subscribeEvents`, whose frames say `{"$type":"message","payload":{"$type":…#commit,…}}`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.records.drafts import BASE32, Draft, Person, Writer

NEWER = "network.bsky.jetstream.subscribeEvents"
ERAS = (1_732_200_000_000, 1_783_000_000_000)
"""When the two halves of the records begin, ms UTC."""


def tid(at_us: int, clock: int) -> str:
    """Return a timestamp identifier: 53 bits of microseconds and 10 of clock, 13 letters."""
    value = at_us << 10 | clock
    return "".join(BASE32[value >> shift & 31] for shift in range(60, -1, -5))


def moment(at_us: int) -> str:
    """Return a time as clients write it, to the millisecond."""
    return (
        datetime.fromtimestamp(at_us // 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at_us // 1000 % 1000:03}Z"
    )


class Repositories:
    """Writes events; keeps the posts, so that later events can answer, repost and like them."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.posts: list[dict[str, Any]] = []
        """`uri`, `cid` and the `root` of its conversation, of each post."""
        self._seq = 7_000_000_000

    def did(self, who: Person) -> str:
        """Return an account's DID; one in thirty is a `did:web`."""
        return (
            f"did:web:{who.handle.lower().replace('_', '-')}.example.com"
            if who.number % 30 == 7
            else f"did:plc:{who.token}"
        )

    def cid(self) -> str:
        """Return a content hash."""
        return f"bafyrei{self.writer.token(52)}"

    def event(self) -> dict[str, Any]:
        """Return an event of any kind, likes the most, as on the wire."""
        made = self.writer.dice.choices(
            (self.post, self.like, self.repost, self.follow, self.deletion, self.edit, self.profile, self.other,
             self.identity, self.account), (34, 22, 10, 8, 8, 2, 2, 2, 3, 3)
        )[0]  # fmt: skip
        return made()

    def _envelope(self, who: Person, kind: str) -> dict[str, Any]:
        at_us = self.writer.later() * 1000 + self.writer.dice.randrange(1000)
        return {"did": self.did(who), "time_us": at_us, "kind": kind}

    def _commit(self, who: Person, operation: str, collection: str, record: dict[str, Any] | None) -> dict[str, Any]:
        event = self._envelope(who, "commit")
        clock = self.writer.dice.randrange(1024)
        commit: dict[str, Any] = {
            "rev": tid(event["time_us"] - 300_000, clock),
            "operation": operation,
            "collection": collection,
            "rkey": tid(event["time_us"] - 400_000, clock),
        }
        if record is not None:
            commit |= {"record": {"$type": collection} | record, "cid": self.cid()}
        return event | {"commit": commit}

    def post(self, draft: Draft | None = None, **more: Any) -> dict[str, Any]:
        """Return the creation of a post."""
        draft = draft or self.writer.draft(long=self.writer.dice.random() < 0.2)
        record: dict[str, Any] = {"createdAt": moment(draft.at_ms * 1000)}
        embed = self._embed(draft)
        if embed:
            record["embed"] = embed
        facets = self._facets(draft)
        if facets:
            record["facets"] = facets
        if draft.lang != "und":
            record["langs"] = [{"pt": "pt-BR", "zh": "zh-Hant"}.get(draft.lang, draft.lang)]
        if draft.sensitive:
            values = [{"val": "graphic-media"}]
            record["labels"] = {"$type": "com.atproto.label.defs#selfLabels", "values": values}
        parent = self.writer.dice.choice(self.posts[-40:]) if self.posts and self.writer.dice.random() < 0.3 else None
        if parent:
            record["reply"] = {"parent": self._ref(parent), "root": parent["root"]}
        record |= {"text": draft.plain()} | more
        made = self._commit(draft.author, "create", "app.bsky.feed.post", record)
        commit = made["commit"]
        uri = f"at://{made['did']}/app.bsky.feed.post/{commit['rkey']}"
        known = {"uri": uri, "cid": commit["cid"], "who": draft.author}
        self.posts.append(known | {"root": parent["root"] if parent else {"cid": commit["cid"], "uri": uri}})
        return made

    def _ref(self, post: dict[str, Any]) -> dict[str, str]:
        return {"cid": post["cid"], "uri": post["uri"]}

    def _facets(self, draft: Draft) -> list[dict[str, Any]]:
        made, end = [], 0
        for piece in draft.pieces:
            start, end = end, end + len(piece.shown.encode())
            if piece.kind in ("text", "cashtag"):
                continue
            kind = {"hashtag": "tag", "mention": "mention", "link": "link"}[piece.kind]
            feature = {"$type": f"app.bsky.richtext.facet#{kind}"}
            if piece.kind == "mention" and piece.who is not None:
                feature["did"] = self.did(piece.who)
            else:
                feature["uri" if piece.kind == "link" else "tag"] = piece.value
            made.append({"features": [feature], "index": {"byteEnd": end, "byteStart": start}})
        return made

    def _blob(self, mime: str) -> dict[str, Any]:
        link = f"bafkrei{self.writer.token(52)}"
        size = self.writer.dice.randrange(10_000, 900_000)
        return {"$type": "blob", "ref": {"$link": link}, "mimeType": mime, "size": size}

    def _embed(self, draft: Draft) -> dict[str, Any] | None:
        media: dict[str, Any] | None = None
        ratio = {"height": 900, "width": 1200}
        if "image" in draft.media:
            images = [
                {"alt": "gulls" if place else "", "aspectRatio": ratio, "image": self._blob("image/jpeg")}
                for place in range(len(draft.media))
            ]
            media = {"$type": "app.bsky.embed.images", "images": images}
        elif draft.media:
            media = {"$type": "app.bsky.embed.video", "alt": "a film of the tram", "aspectRatio": ratio}
            media["video"] = self._blob("video/mp4")
        elif any(piece.kind == "link" for piece in draft.pieces):
            link = next(piece.value for piece in draft.pieces if piece.kind == "link")
            card = {"description": "What the night left behind", "thumb": self._blob("image/jpeg")}
            media = {
                "$type": "app.bsky.embed.external",
                "external": card | {"title": "Storm <b>over</b> it", "uri": link},
            }
        if not self.posts or self.writer.dice.random() > 0.12:
            return media
        quoted: dict[str, Any] = {
            "$type": "app.bsky.embed.record",
            "record": self._ref(self.writer.dice.choice(self.posts)),
        }
        if media is None:
            return quoted
        return {"$type": "app.bsky.embed.recordWithMedia", "media": media, "record": quoted}

    def edit(self) -> dict[str, Any]:
        """Return the update of a post, which clients seldom send."""
        made = self.post()
        made["commit"]["operation"] = "update"
        return made

    def deletion(self) -> dict[str, Any]:
        """Return the deletion of a like, or in one of four cases of an earlier post."""
        if not self.posts or self.writer.dice.random() < 0.75:
            return self._commit(self.writer.somebody(), "delete", "app.bsky.feed.like", None)
        post = self.posts.pop(self.writer.dice.randrange(len(self.posts)))
        made = self._commit(post["who"], "delete", "app.bsky.feed.post", None)
        made["commit"]["rkey"] = post["uri"].rpartition("/")[2]
        return made

    def _reaction(self, collection: str) -> dict[str, Any]:
        if not self.posts:
            return self.post()
        record = {
            "createdAt": moment(self.writer.now_ms * 1000),
            "subject": self._ref(self.writer.dice.choice(self.posts)),
        }
        if self.writer.dice.random() < 0.2:
            via = {"cid": self.cid(), "uri": f"at://did:plc:{self.writer.token(24)}/app.bsky.feed.repost/{tid(1, 1)}"}
            record["via"] = via
        return self._commit(self.writer.somebody(), "create", collection, record)

    def like(self) -> dict[str, Any]:
        """Return a like."""
        return self._reaction("app.bsky.feed.like")

    def repost(self) -> dict[str, Any]:
        """Return a repost."""
        return self._reaction("app.bsky.feed.repost")

    def follow(self) -> dict[str, Any]:
        """Return a follow or a block."""
        record = {"createdAt": moment(self.writer.now_ms * 1000), "subject": self.did(self.writer.somebody())}
        name = self.writer.dice.choice(("follow", "follow", "block"))
        return self._commit(self.writer.somebody(), "create", f"app.bsky.graph.{name}", record)

    def profile(self) -> dict[str, Any]:
        """Return the update of somebody's profile."""
        who = self.writer.somebody()
        record = {
            "avatar": self._blob("image/png"),
            "createdAt": moment(1),
            "description": who.bio,
            "displayName": who.name,
        }
        made = self._commit(who, "update", "app.bsky.actor.profile", record)
        made["commit"]["rkey"] = "self"
        return made

    def other(self) -> dict[str, Any]:
        """Return a record of another app."""
        record = {"item": {"trackName": "harbour song", "duration": None}, "time": moment(self.writer.now_ms * 1000)}
        return self._commit(self.writer.somebody(), "create", "com.example.music.status", record)

    def identity(self) -> dict[str, Any]:
        """Return a change of identity, with the handle or without."""
        made = self._envelope(self.writer.somebody(), "identity")
        self._seq += 1
        body = {"did": made["did"], "handle": "mira.example.com", "seq": self._seq, "time": moment(made["time_us"])}
        if self._seq % 2:
            del body["handle"]
        return made | {"identity": body}

    def account(self) -> dict[str, Any]:
        """Return a change of the hosting state of an account that posts nothing in these records."""
        made = self._envelope(self.writer.somebody(), "account")
        made["did"] = f"did:plc:{self.writer.token(24)}"
        self._seq += 1
        body = {"active": True, "did": made["did"], "seq": self._seq, "time": moment(made["time_us"])}
        status = ("", "deactivated", "takendown", "deleted", "suspended")[self._seq % 5]
        if status:
            body |= {"active": False, "status": status}
        return made | {"account": body}


def events(writer: Writer, count: int, era: int) -> list[dict[str, Any]]:
    """Return events of `/subscribe`, a tenth with the `cursor` that newer servers add."""
    writer.now_ms = ERAS[era]
    repositories = Repositories(writer)
    made = [repositories.event() for _ in range(count)]
    if era:
        for number, event in enumerate(made):
            if number % 10 == 0:
                event["cursor"] = event["time_us"]
    return made


def frames(writer: Writer, count: int) -> list[dict[str, Any]]:
    """Return frames of the newer wire: an information message, messages of every kind, and an error at the end."""
    made = [_frame(event, 4_100_000_000 + number) for number, event in enumerate(events(writer, count, 1))]
    info = {"$type": f"{NEWER}#info", "name": "OutdatedCursor", "message": "requested cursor exceeded limit"}
    return [
        {"$type": "message", "payload": info},
        *made,
        {"$type": "error", "error": "ConsumerTooSlow", "message": "stream consumer too slow"},
    ]


def _frame(event: dict[str, Any], seq: int) -> dict[str, Any]:
    kind, at_us = event["kind"], event["time_us"]
    head = moment(at_us)[:-1]
    payload = {"$type": f"{NEWER}#{kind}", "seq": seq, "did": event["did"], "time": f"{head}{at_us % 1000:03}Z"}
    payload["witnessedAt"] = payload["time"]
    payload |= event["commit"] if kind == "commit" else {kind: event[kind]}
    return {"$type": "message", "payload": payload}
