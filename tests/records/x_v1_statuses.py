"""X API v1.1 statuses, as the streaming API sends them and as REST answers.

Shapes: docs.x.com, "X API v1.1 data dictionary" (Tweet, Entities; "Premium extended tweets" for `extended_tweet`,
"compatibility" and "extended" mode), in three ages of the stream: 2012 (no `symbols`, no `lang`, no `timestamp_ms`),
2015 (140 characters) and 2018 (`extended_tweet`, quotes, counts of replies and quotes).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from tests.records.drafts import Draft, Person, Piece, Writer
from tests.records.x_text_rendering import Text, display, legacy_entities, legacy_url, rendered, short, snowflake
from tests.records.x_v1_objects import CODES, media_item, place_object, user_object

AGES = {2012: 1_340_000_000_000, 2015: 1_446_300_000_000, 2018: 1_539_250_000_000}
"""When each age's records begin, ms UTC."""

_COMPATIBLE = 140


def moment(at_ms: int) -> str:
    """Return a time as API v1.1 writes it: `Wed Oct 10 20:19:24 +0000 2018`."""
    day, date, month, year, clock, _ = format_datetime(datetime.fromtimestamp(at_ms / 1000, UTC)).split()
    return f"{day.rstrip(',')} {month} {int(date):02} {clock} +0000 {year}"


@dataclass
class _Draft:
    """The parts of a status before it is rendered."""

    author: Person
    number: int
    at_ms: int
    text: Text
    shown: int
    """Code points of the text that are shown; a link to media stands behind them."""
    lang: str
    media: list[dict[str, Any]] = field(default_factory=list)
    sensitive: bool = False


class V1Writer:
    """Writes statuses of one age."""

    def __init__(self, writer: Writer, age: int, *, streamed: bool = True) -> None:
        self.writer, self.age, self.streamed = writer, age, streamed
        writer.now_ms = AGES[age]

    def status(self, draft: Draft, *, at_ms: int = 0) -> dict[str, Any]:
        """Return a post that is no repost, with its media, and with the whole text where it is long."""
        at_ms = at_ms or draft.at_ms
        number = snowflake(at_ms, self.writer)
        short_age = self.age < 2018
        text = (
            self._short(draft, _COMPATIBLE - 24 * bool(draft.media))
            if short_age
            else rendered(draft.pieces, self.writer)
        )
        shown = len(text.text)
        media = self._media(draft, text, number) if draft.media else []
        if draft.media:
            text.text += f" {media[0]['url']}"
        return self._around(_Draft(draft.author, number, at_ms, text, shown, draft.lang, media, draft.sensitive))

    def _short(self, draft: Draft, most: int) -> Text:
        """Return the pieces of a text that fit into `most` characters, without blanks at the end."""
        text = Text()
        for piece in draft.pieces:
            longer = Text(text.text, list(text.spots))
            longer.add(piece, self.writer)
            if len(longer.text) > most:
                break
            text = longer
        text.text = text.text.rstrip()
        return text

    def _around(self, one: _Draft) -> dict[str, Any]:
        whole: dict[str, Any] = {
            "entities": legacy_entities(one.text) | ({"media": one.media[:1]} if one.media else {})
        }
        if one.media and self.age > 2012:
            whole["extended_entities"] = {"media": one.media}
        long = self.age == 2018 and self.streamed and len(one.text.text) > _COMPATIBLE
        made: dict[str, Any] = {"created_at": moment(one.at_ms), "id": one.number, "id_str": str(one.number)}
        made |= self._first(one, long) | {
            "source": '<a href="https://example.com/app" rel="nofollow">Harbour for Web</a>',
            "truncated": long,
            "in_reply_to_status_id": None,
            "in_reply_to_status_id_str": None,
            "in_reply_to_user_id": None,
            "in_reply_to_user_id_str": None,
            "in_reply_to_screen_name": None,
            "user": user_object(one.author, self.writer, self.age, streamed=self.streamed),
            "geo": None,
            "coordinates": None,
            "place": place_object(self.writer) if self.writer.dice.random() < 0.1 else None,
            "contributors": None,
            "is_quote_status": False,
        }
        if long:
            made["extended_tweet"] = {"full_text": one.text.text, "display_text_range": [0, one.shown]} | whole
        else:
            made |= whole
        made |= self._numbers() | {"favorited": False, "retweeted": False}
        if one.media or one.text.of("link"):
            made["possibly_sensitive"] = one.sensitive
        if self.age == 2012:
            del made["entities"]["symbols"], made["is_quote_status"]
            return made
        if self.streamed:
            made |= {"filter_level": "low", "timestamp_ms": str(one.at_ms)}
        return made | {"lang": CODES.get(one.lang, one.lang)}

    def _first(self, one: _Draft, long: bool) -> dict[str, Any]:
        """Return the text under the field name and in the length of this age and API (stream or REST)."""
        if not self.streamed:
            return {"full_text": one.text.text, "display_text_range": [0, one.shown]}
        if long:
            return self._cut(one.text, one.number)
        shown = {"display_text_range": [0, one.shown]} if one.media and self.age == 2018 else {}
        return {"text": one.text.text} | shown

    def _numbers(self) -> dict[str, int]:
        if not self.streamed:
            dice = self.writer.dice
            return {"retweet_count": dice.randrange(900), "favorite_count": dice.randrange(3_000)}
        more = {"quote_count": 0, "reply_count": 0} if self.age == 2018 else {}
        return more | {"retweet_count": 0, "favorite_count": 0}

    def _cut(self, text: Text, number: int) -> dict[str, Any]:
        """Return the text cut to 140 characters for old clients, with a link to the whole at its end."""
        cut, link = text.cut(_COMPATIBLE - 25), short(self.writer)
        lead = cut.text + "… "
        entities = legacy_entities(cut)
        target = f"https://twitter.com/i/web/status/{number}"
        entities["urls"].append(legacy_url(link, target, len(lead), len(lead) + len(link)))
        return {"text": lead + link, "display_text_range": [0, _COMPATIBLE], "entities": entities}

    def _media(self, draft: Draft, text: Text, number: int) -> list[dict[str, Any]]:
        link, start = short(self.writer), len(text.text) + 1
        page = f"https://twitter.com/{draft.author.handle}/status/{number}"
        return [
            media_item(kind, link, page, start, place, self.writer, self.age) for place, kind in enumerate(draft.media)
        ]

    def repost(self, original: dict[str, Any]) -> dict[str, Any]:
        """Return a repost of a status: its beginning behind `RT @…: `, and the whole of it inside."""
        at_ms, who = self.writer.later(), self.writer.somebody()
        user = original["user"]
        lead = Text()
        for piece in (
            Piece("text", "RT "),
            Piece("mention", f"@{user['screen_name']}", user["screen_name"], self._person(user)),
            Piece("text", ": "),
        ):
            lead.add(piece, self.writer)
        body = Text(lead.text + (original.get("text") or original.get("full_text") or ""), lead.spots)
        if len(body.text) > _COMPATIBLE:
            body = Text(body.text[: _COMPATIBLE - 1] + "…", body.spots)
        said = _Draft(who, snowflake(at_ms, self.writer), at_ms, body, len(body.text), original.get("lang", "und"))
        made = self._around(said)
        made["retweeted_status"] = {
            name: value for name, value in original.items() if name not in ("timestamp_ms", "retweeted_status")
        }
        made["retweet_count"] = 0 if self.streamed else original["retweet_count"]
        if "quoted_status" in original:
            made |= {name: original[name] for name in original if name.startswith("quoted_status")}
            made["is_quote_status"] = True
        return made

    def _person(self, user: dict[str, Any]) -> Person:
        return next(who for who in self.writer.people if who.number == user["id"])

    def quote(self, draft: Draft, quoted: dict[str, Any]) -> dict[str, Any]:
        """Return a post that quotes another. The quoted post's link ends the text and stands beside the original."""
        draft.media = []
        page = f"https://twitter.com/{quoted['user']['screen_name']}/status/{quoted['id_str']}"
        draft.pieces = [*draft.pieces, Piece("text", " "), Piece("link", page, page)]
        made = self.status(draft)
        urls = (made.get("extended_tweet") or made)["entities"]["urls"]
        made |= {"is_quote_status": True, "quoted_status_id": quoted["id"], "quoted_status_id_str": quoted["id_str"]}
        made["quoted_status"] = {
            name: value for name, value in quoted.items() if not name.startswith(("timestamp_ms", "quoted_status"))
        }
        if self.age == 2018 and urls:
            url = urls[-1]["url"]
            made["quoted_status_permalink"] = {"url": url, "expanded": page, "display": display(page)}
        return made

    def reply(self, draft: Draft, parent: dict[str, Any]) -> dict[str, Any]:
        """Return an answer. Mentions lead the text; in 2018 the shown range begins after them."""
        user = parent["user"]
        lead = Piece("mention", f"@{user['screen_name']}", user["screen_name"], self._person(user))
        draft.pieces = [lead, Piece("text", " "), *draft.pieces]
        made = self.status(draft)
        made |= {
            "in_reply_to_status_id": parent["id"],
            "in_reply_to_status_id_str": parent["id_str"],
            "in_reply_to_user_id": user["id"],
            "in_reply_to_user_id_str": user["id_str"],
            "in_reply_to_screen_name": user["screen_name"],
        }
        for holder in (made, made.get("extended_tweet", {})):
            if "display_text_range" in holder:
                holder["display_text_range"][0] = len(lead.shown) + 1
        return made


def statuses(writer: Writer, age: int, count: int, *, streamed: bool = True) -> list[dict[str, Any]]:
    """Return statuses of one age: posts, reposts, quotes and answers in the order in which they came."""
    v1 = V1Writer(writer, age, streamed=streamed)
    made: list[dict[str, Any]] = []
    own: list[dict[str, Any]] = []
    for _ in range(count):
        drawn = writer.dice.random()
        before = own[-40:]
        if before and drawn < 0.22:
            made.append(v1.repost(writer.dice.choice(before)))
            continue
        draft = writer.draft(long=drawn > 0.8)
        if before and age > 2012 and drawn < 0.32:
            status = v1.quote(draft, writer.dice.choice(before))
        elif before and drawn < 0.5:
            status = v1.reply(draft, writer.dice.choice(before))
        else:
            status = v1.status(draft)
        own.append(status)
        made.append(status)
    return made
