"""Mastodon statuses as REST answers them: of a Mastodon of today, of one of 2017 (few fields), and of another make.

Shapes: docs.joinmastodon.org, entities Status, Account, MediaAttachment, Status::Mention, Status::Tag, PreviewCard,
Poll, Quote and QuoteApproval (4.5).
"""

from __future__ import annotations

import html
from datetime import UTC, datetime
from typing import Any

from tests.records.drafts import Draft, Person, Piece, Writer

HOME, FAR = "harbour.example", "gull.example"
ERAS = (1_493_000_000_000, 1_779_000_000_000)
"""When the records of 2017 and those of today begin, ms UTC."""


def moment(at_ms: int) -> str:
    """Return a time as Mastodon writes it."""
    return datetime.fromtimestamp(at_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at_ms % 1000:03}Z"


class Instance:
    """Writes statuses as one server shows them: people with an even number live on it, the others far away."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.known: list[dict[str, Any]] = []

    def host(self, who: Person) -> str:
        """Return where somebody is at home."""
        return HOME if who.number % 2 == 0 else FAR

    def acct(self, who: Person) -> str:
        """Return an account's name as this server shows it: bare for its own."""
        return who.handle if self.host(who) == HOME else f"{who.handle}@{FAR}"

    def number(self, at_ms: int) -> str:
        """Return an id that holds a moment, as Mastodon makes them."""
        return str((at_ms << 16) + self.writer.dice.randrange(1 << 16))

    def account(self, who: Person) -> dict[str, Any]:
        """Return an Account."""
        page = f"https://{self.host(who)}/@{who.handle}"
        picture = f"https://files.{HOME}/accounts/avatars/{who.token}.png"
        return {
            "id": str(who.number),
            "username": who.handle,
            "acct": self.acct(who),
            "display_name": who.name,
            "locked": False,
            "bot": False,
            "discoverable": True,
            "indexable": True,
            "group": False,
            "created_at": "2017-04-05T00:00:00.000Z",
            "note": "".join(f"<p>{html.escape(line)}</p>" for line in who.bio.splitlines()),
            "url": page,
            "uri": f"https://{self.host(who)}/users/{who.handle}",
            "avatar": picture,
            "avatar_static": picture,
            "header": f"https://{HOME}/headers/original/missing.png",
            "header_static": f"https://{HOME}/headers/original/missing.png",
            "followers_count": who.followers,
            "following_count": who.followers // 3,
            "statuses_count": who.number % 90_000,
            "last_status_at": "2026-05-28",
            "hide_collections": False,
            "noindex": False,
            "emojis": [],
            "roles": [],
            "fields": [{"name": "pronouns", "value": "they", "verified_at": None}],
        }

    def status(self, draft: Draft | None = None, **more: Any) -> dict[str, Any]:
        """Return a Status of today."""
        draft = draft or self.writer.draft(long=self.writer.dice.random() < 0.3)
        who, dice = draft.author, self.writer.dice
        number = self.number(draft.at_ms)
        uri = f"https://{self.host(who)}/users/{who.handle}/statuses/{number}"
        link = next((piece.value for piece in draft.pieces if piece.kind == "link"), "")
        made = {
            "id": number if self.host(who) == HOME else self.number(draft.at_ms + 900),
            "created_at": moment(draft.at_ms),
            "in_reply_to_id": None,
            "in_reply_to_account_id": None,
            "sensitive": draft.sensitive,
            "spoiler_text": "weather & <storm>" if draft.sensitive else "",
            "visibility": dice.choices(("public", "unlisted", "private", "direct"), (80, 10, 7, 3))[0],
            "language": {"pt": "pt-BR", "und": None}.get(draft.lang, draft.lang),
            "uri": uri,
            "url": f"https://{self.host(who)}/@{who.handle}/{number}",
            "replies_count": dice.randrange(9),
            "reblogs_count": dice.randrange(90),
            "favourites_count": dice.randrange(300),
            "quotes_count": dice.randrange(3),
            "edited_at": moment(draft.at_ms + 61_000) if dice.random() < 0.08 else None,
            "favourited": False,
            "reblogged": False,
            "muted": False,
            "bookmarked": False,
            "content": self.content(draft.pieces),
            "filtered": [],
            "reblog": None,
            "application": {"name": "Web", "website": None},
            "account": self.account(who),
            "media_attachments": [self._attachment(kind, draft.at_ms) for kind in draft.media],
            "mentions": [self._mention(piece.who) for piece in draft.pieces if piece.who is not None],
            "tags": [
                {"name": piece.value.lower(), "url": f"https://{HOME}/tags/{piece.value.lower()}"}
                for piece in draft.pieces
                if piece.kind == "hashtag"
            ],
            "emojis": [],
            "quote": None,
            "card": self._card(link) if link and dice.random() < 0.6 else None,
            "poll": None,
            "quote_approval": {"automatic": ["public"], "manual": [], "current_user": "automatic"},
        }
        made |= more
        self.known.append(made)
        return made

    def content(self, pieces: list[Piece]) -> str:
        """Return the HTML of a text."""
        return f"<p>{''.join(map(self._html, pieces))}</p>"

    def _html(self, piece: Piece) -> str:
        if piece.kind == "mention" and piece.who is not None:
            page = f"https://{self.host(piece.who)}/@{piece.value}"
            return (
                f'<span class="h-card" translate="no"><a href="{page}" class="u-url mention">'
                f"@<span>{piece.value}</span></a></span>"
            )
        if piece.kind == "hashtag":
            page = f"https://{HOME}/tags/{piece.value.lower()}"
            tag = f"<span>{piece.value}</span></a>"
            return f'<a href="{page}" class="mention hashtag" rel="tag">#{tag}'
        if piece.kind == "link":
            scheme, _, rest = piece.value.partition("://")
            lead = f"{scheme}://www." if rest.startswith("www.") else f"{scheme}://"
            rest = rest.removeprefix("www.")
            shown, hidden = html.escape(rest[:30]), html.escape(rest[30:])
            ellipsis = "ellipsis" if hidden else ""
            return (
                f'<a href="{html.escape(piece.value)}" target="_blank" rel="nofollow noopener" translate="no">'
                f'<span class="invisible">{lead}</span><span class="{ellipsis}">{shown}</span>'
                f'<span class="invisible">{hidden}</span></a>'
            )
        return html.escape(piece.shown, quote=False).replace("\n", "<br />")

    def _mention(self, who: Person) -> dict[str, Any]:
        page = f"https://{self.host(who)}/@{who.handle}"
        return {"id": str(who.number), "username": who.handle, "url": page, "acct": self.acct(who)}

    def _attachment(self, kind: str, at_ms: int) -> dict[str, Any]:
        name = self.writer.token(16)
        ending = "jpg" if kind == "image" else "mp4"
        meta: dict[str, Any] = {"original": {"width": 1200, "height": 900, "size": "1200x900", "aspect": 1.333}}
        return {
            "id": self.number(at_ms),
            "type": {"gif": "gifv"}.get(kind, kind),
            "url": f"https://files.{HOME}/media_attachments/files/{name}.{ending}",
            "preview_url": f"https://files.{HOME}/media_attachments/small/{name}.png",
            "remote_url": None,
            "preview_remote_url": None,
            "text_url": None,
            "meta": meta,
            "description": self.writer.dice.choice((None, "gulls above the harbour")),
            "blurhash": "UBL_:rOpGG-oBUNG,qRj2so|=eE1w^n4S5NH",
        }

    def _card(self, link: str) -> dict[str, Any]:
        return {
            "url": link,
            "title": "Storm over the harbour",
            "description": "What the night left behind",
            "language": "en",
            "type": "link",
            "author_name": "",
            "author_url": "",
            "provider_name": "",
            "provider_url": "",
            "html": "",
            "width": 0,
            "height": 0,
            "image": None,
            "embed_url": "",
            "blurhash": None,
            "published_at": None,
            "authors": [],
        }

    def any_public(self) -> dict[str, Any] | None:
        """Return one of the latest public statuses, None if there is none."""
        found = [
            one for one in self.known[-60:] if one["visibility"] == "public" and not one["reblog"] and not one["quote"]
        ]
        return self.writer.dice.choice(found) if found else None

    def any(self) -> dict[str, Any]:
        """Return a status, a reblog, a quote or an answer."""
        drawn, other = self.writer.dice.random(), self.any_public()
        if other is None or drawn > 0.35:
            return self.status()
        if drawn < 0.1:
            draft = Draft(self.writer.somebody(), self.writer.later(), "und", [Piece("text", "")])
            made = self.status(draft, reblog=other, visibility="public", content="")
            made["uri"] += "/activity"
            return made
        if drawn < 0.2:
            state = self.writer.dice.choice(("accepted", "accepted", "pending", "revoked"))
            quoted = other if state == "accepted" else None
            return self.status(quote={"state": state, "quoted_status": quoted})
        draft = self.writer.draft()
        who = next(one for one in self.writer.people if str(one.number) == other["account"]["id"])
        draft.pieces = [Piece("mention", f"@{who.handle}", who.handle, who), Piece("text", " "), *draft.pieces]
        return self.status(draft, in_reply_to_id=other["id"], in_reply_to_account_id=other["account"]["id"])


def old(status: dict[str, Any]) -> dict[str, Any]:
    """Return a status as a server of 2017 showed it: a `tag:` address, and hardly half of the fields."""
    host = HOME if "@" not in status["account"]["acct"] else FAR
    number = str(int(status["id"]) % 900_000)
    account = {
        name: status["account"][name]
        for name in ("id", "username", "acct", "display_name", "locked", "created_at", "followers_count",
                     "following_count", "statuses_count", "note", "url", "avatar", "header")
    }  # fmt: skip
    kept = ("created_at", "in_reply_to_id", "in_reply_to_account_id", "sensitive", "spoiler_text", "visibility",
            "media_attachments", "mentions", "tags", "content", "url", "reblogs_count", "favourites_count")  # fmt: skip
    uri = f"tag:{host},2017-04-24:objectId={number}:objectType=Status"
    return {"id": number, "uri": uri, "account": account, "reblog": None} | {name: status[name] for name in kept}


def foreign(status: dict[str, Any]) -> dict[str, Any]:
    """Return a status of a server of another make: no number for an id, mentions and tags in the HTML alone."""
    name = f"A{int(status['id']) % 10**12:x}Zq"
    uri = f"https://pleroma.{FAR}/objects/{name}"
    dropped = ("edited_at", "quotes_count", "quote_approval", "card", "filtered", "quote")
    kept = {key: value for key, value in status.items() if key not in dropped}
    return kept | {"id": name, "uri": uri, "url": uri, "mentions": [], "tags": [], "pleroma": {"local": False}}


def statuses(writer: Writer, count: int) -> list[dict[str, Any]]:
    """Return statuses: one in six of 2017, one in twelve of another make, the others of today."""
    instance = Instance(writer)
    writer.now_ms = ERAS[0]
    made = [old(instance.status()) for _ in range(count // 6)]
    instance.known.clear()
    writer.now_ms = ERAS[1]
    for number in range(count - len(made)):
        status = instance.any()
        made.append(foreign(status) if number % 12 == 5 and not status["reblog"] else status)
    return made
