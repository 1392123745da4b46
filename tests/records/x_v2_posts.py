"""X API v2 posts with what they refer to: users, media, polls, places and other posts.

Shapes: docs.x.com, "X API v2 data dictionary" (Post, User, Media, Poll, Place; `edit_history_tweet_ids`,
`edit_controls`, `note_tweet`, `referenced_tweets`, `attachments`, `entities` with `start` and `end`) and "Expansions"
(`includes`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.records.drafts import ALPHABET, Draft, Person, Piece, Writer
from tests.records.x_text_rendering import Text, display, escaped, rendered, short, snowflake

_LONG = 280
_LANGS = {"he": "iw", "id": "in"}


def moment(at_ms: int) -> str:
    """Return a time as API v2 writes it, in whole seconds: `2026-05-28T20:26:40.000Z`."""
    return datetime.fromtimestamp(at_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


class V2Writer:
    """Writes posts and collects the objects they refer to, until `includes` returns them."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self._users: dict[str, dict[str, Any]] = {}
        self._tweets: dict[str, dict[str, Any]] = {}
        self._media: list[dict[str, Any]] = []
        self._places: list[dict[str, Any]] = []
        self._polls: list[dict[str, Any]] = []
        self.known: list[tuple[Draft, dict[str, Any]]] = []

    def includes(self) -> dict[str, Any]:
        """Return the expansions of all posts written since the last call."""
        made = {
            "users": list(self._users.values()),
            "tweets": list(self._tweets.values()),
            "media": self._media,
            "places": self._places,
            "polls": self._polls,
        }
        self._users, self._tweets, self._media, self._places, self._polls = {}, {}, [], [], []
        return {name: value for name, value in made.items() if value}

    def post(self) -> dict[str, Any]:
        """Return a post, a repost, a quote or an answer."""
        drawn = self.writer.dice.random()
        before = self.known[-30:]
        if before and drawn < 0.2:
            return self._repost(*self.writer.dice.choice(before))
        draft = self.writer.draft(long=drawn > 0.85)
        if before and drawn < 0.32:
            made = self._quote(draft, *self.writer.dice.choice(before))
        elif before and drawn < 0.5:
            made = self._reply(draft, *self.writer.dice.choice(before))
        else:
            made = self._tweet(draft, rendered(draft.pieces, self.writer))
        self.known.append((draft, made))
        return made

    def user(self, who: Person) -> dict[str, Any]:
        """Return a User object, and expand it."""
        made: dict[str, Any] = {
            "id": str(who.number),
            "name": escaped(who.name),
            "username": who.handle,
            "created_at": "2010-11-29T21:18:15.000Z",
            "description": escaped(who.bio),
            "location": "the harbour",
            "pinned_tweet_id": "1050118621198921728",
            "profile_image_url": f"https://pbs.twimg.com/profile_images/{who.number % 10**9}/{who.token}_normal.jpg",
            "protected": False,
            "public_metrics": {
                "followers_count": who.followers,
                "following_count": who.followers // 3,
                "tweet_count": who.number % 90_000,
                "listed_count": who.followers // 100,
            },
            "url": "",
            "verified": who.verified,
        }
        self._users[made["id"]] = made
        return made

    def _tweet(self, draft: Draft, text: Text) -> dict[str, Any]:
        writer = self.writer
        number = str(snowflake(draft.at_ms, writer))
        entities = self._entities(text)
        keys = self._add_media(draft, text, number, entities) if draft.media else []
        made: dict[str, Any] = {
            "id": number,
            "text": text.text,
            "author_id": str(draft.author.number),
            "conversation_id": number,
            "created_at": moment(draft.at_ms),
            "edit_controls": {
                "edits_remaining": 5,
                "is_edit_eligible": True,
                "editable_until": moment(draft.at_ms + 3_600_000),
            },
            "edit_history_tweet_ids": [number],
            "lang": _LANGS.get(draft.lang, draft.lang),
            "possibly_sensitive": draft.sensitive,
            "public_metrics": {
                "retweet_count": writer.dice.randrange(200),
                "reply_count": writer.dice.randrange(20),
                "like_count": writer.dice.randrange(900),
                "quote_count": writer.dice.randrange(9),
                "bookmark_count": 0,
                "impression_count": writer.dice.randrange(90_000),
            },
            "reply_settings": "everyone",
            "context_annotations": [
                {
                    "domain": {"id": "66", "name": "Interests and Hobbies Category", "description": "A grouping"},
                    "entity": {"id": "1000000000000000001", "name": "Harbours", "description": "Harbours"},
                }
            ],
        }
        if len(text.text) > _LONG:
            made["note_tweet"] = {"text": text.text} | ({"entities": entities} if entities else {})
            cut = text.cut(_LONG - 1)
            made["text"], entities = cut.text + "…", self._entities(cut)
        if entities:
            made["entities"] = entities
        if keys:
            made["attachments"] = {"media_keys": keys}
        elif writer.dice.random() < 0.04:
            made["attachments"] = {"poll_ids": [self._poll(draft.at_ms)]}
        if writer.dice.random() < 0.1:
            made["geo"] = {"place_id": self._place()}
        self.user(draft.author)
        return made

    def _entities(self, text: Text) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for kind, name in (("hashtag", "hashtags"), ("cashtag", "cashtags")):
            found = [{"start": one.start, "end": one.end, "tag": one.piece.value} for one in text.of(kind)]
            made |= {name: found} if found else {}
        mentions = [
            {"start": one.start, "end": one.end, "username": one.piece.value, "id": str(one.piece.who.number)}
            for one in text.of("mention")
            if one.piece.who is not None
        ]
        made |= {"mentions": mentions} if mentions else {}
        urls: list[dict[str, Any]] = []
        for one in text.of("link"):
            url = self._url(one.start, one.end, one.url, one.piece.value)
            if "harbour-news" in one.piece.value:
                url |= {
                    "images": [{"url": "https://pbs.twimg.com/news_img/1/a.jpg", "width": 150, "height": 150}],
                    "status": 200,
                    "title": "Storm over the harbour",
                    "description": "What the night left behind",
                    "unwound_url": one.piece.value,
                }
            urls.append(url)
        return made | ({"urls": urls} if urls else {})

    def _url(self, start: int, end: int, url: str, target: str) -> dict[str, Any]:
        return {"start": start, "end": end, "url": url, "expanded_url": target, "display_url": display(target)}

    def _add_media(self, draft: Draft, text: Text, number: str, entities: dict[str, Any]) -> list[str]:
        link = short(self.writer)
        text.text += " "
        start = len(text.text)
        text.text += link
        keys = []
        for place, kind in enumerate(draft.media):
            key = f"{3 if kind == 'image' else 13}_{snowflake(draft.at_ms, self.writer)}"
            keys.append(key)
            page = f"https://twitter.com/{draft.author.handle}/status/{number}/photo/{place + 1}"
            url = self._url(start, len(text.text), link, page)
            url |= {"display_url": f"pic.twitter.com/{link[-10:]}", "media_key": key}
            entities.setdefault("urls", []).append(url)
            name = self.writer.token(15, ALPHABET)
            still = f"https://pbs.twimg.com/media/{name}.jpg"
            item: dict[str, Any] = {"media_key": key, "width": 1200, "height": 900}
            if kind == "image":
                item |= {"type": "photo", "url": still, "alt_text": "gulls above the harbour"}
            else:
                film = f"https://video.twimg.com/{name}"
                item |= {
                    "type": "video" if kind == "video" else "animated_gif",
                    "preview_image_url": still,
                    "variants": [
                        {"content_type": "application/x-mpegURL", "url": f"{film}/pl.m3u8"},
                        {"bit_rate": 632_000, "content_type": "video/mp4", "url": f"{film}/small.mp4"},
                        {"bit_rate": 2_176_000, "content_type": "video/mp4", "url": f"{film}/large.mp4"},
                    ],
                }
            self._media.append(item)
        return keys

    def _place(self) -> str:
        name = self.writer.token(16, "0123456789abcdef")
        self._places.append(
            {
                "id": name,
                "full_name": "Harbourton, Nowhere",
                "name": "Harbourton",
                "country": "Nowhere",
                "country_code": "XX",
                "place_type": "city",
                "geo": {"type": "Feature", "bbox": [-70.3, 43.6, -70.1, 43.7], "properties": {}},
            }
        )
        return name

    def _poll(self, at_ms: int) -> str:
        number = str(snowflake(at_ms, self.writer))
        options = [{"position": place, "label": label, "votes": 7} for place, label in enumerate(("tram", "ferry"), 1)]
        poll = {"id": number, "options": options, "duration_minutes": 1440, "voting_status": "open"}
        self._polls.append(poll | {"end_datetime": moment(at_ms + 86_400_000)})
        return number

    def _repost(self, original: Draft, tweet: dict[str, Any]) -> dict[str, Any]:
        lead = f"RT @{original.author.handle}: "
        mention = Piece("mention", f"@{original.author.handle}", original.author.handle, original.author)
        body = rendered([Piece("text", "RT "), mention, Piece("text", ": ")], self.writer)
        body.text = (lead + tweet["text"])[:139] + "…"
        draft = Draft(self.writer.somebody(), self.writer.later(), original.lang, [])
        made = self._tweet(draft, body)
        made["referenced_tweets"] = [{"type": "retweeted", "id": tweet["id"]}]
        self._expand(original, tweet)
        return made

    def _quote(self, draft: Draft, original: Draft, tweet: dict[str, Any]) -> dict[str, Any]:
        draft.media = []
        page = f"https://twitter.com/{original.author.handle}/status/{tweet['id']}"
        draft.pieces = [*draft.pieces, Piece("text", " "), Piece("link", page, page)]
        made = self._tweet(draft, rendered(draft.pieces, self.writer))
        made["referenced_tweets"] = [{"type": "quoted", "id": tweet["id"]}]
        self._expand(original, tweet)
        return made

    def _reply(self, draft: Draft, parent: Draft, tweet: dict[str, Any]) -> dict[str, Any]:
        lead = Piece("mention", f"@{parent.author.handle}", parent.author.handle, parent.author)
        draft.pieces = [lead, Piece("text", " "), *draft.pieces]
        made = self._tweet(draft, rendered(draft.pieces, self.writer))
        made |= {
            "in_reply_to_user_id": tweet["author_id"],
            "conversation_id": tweet["conversation_id"],
            "referenced_tweets": [{"type": "replied_to", "id": tweet["id"]}],
        }
        self._expand(parent, tweet)
        return made

    def _expand(self, draft: Draft, tweet: dict[str, Any]) -> None:
        self._tweets[tweet["id"]] = tweet
        self.user(draft.author)
