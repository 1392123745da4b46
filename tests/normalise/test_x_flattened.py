"""Lines of `twarc2 flatten`: the same posts, originals, media and versions as the page that they came from."""

from __future__ import annotations

import copy
import json
from typing import Any

import msgspec
import pytest

from pipeline.normalise import normalise
from pipeline.post import Post
from tests.normalise.sample_records import NOW, posts

ADA = {"id": "12", "username": "ada_b", "name": "Ada", "description": "I watch birds"}
WIM = {"id": "13", "username": "wim", "name": "Wim"}
PHOTO = {"media_key": "3_1", "type": "photo", "url": "https://p.example/1.jpg", "alt_text": "a wren"}
POLL = {
    "id": "88",
    "options": [{"position": 2, "label": "no", "votes": 1}, {"position": 1, "label": "yes", "votes": 2}],
    "end_datetime": "2024-09-02T10:00:00.000Z",
    "voting_status": "closed",
    "duration_minutes": 1440,
}
WRITTEN = "2024-09-01T10:00:00.000Z"
DEEP = {"id": "1830194040000000001", "text": "deep", "author_id": "13", "created_at": WRITTEN}
MIDDLE = {
    "id": "1830194040000000002",
    "text": "a wren https://t.co/aaaaaaaaaa",
    "author_id": "13",
    "created_at": WRITTEN,
    "attachments": {"media_keys": ["3_1"]},
    "referenced_tweets": [{"type": "quoted", "id": DEEP["id"]}],
}
REPOST = {
    "id": "1830194040000000003",
    "text": "RT @wim: a wren",
    "author_id": "12",
    "created_at": WRITTEN,
    "referenced_tweets": [{"type": "retweeted", "id": MIDDLE["id"]}],
}
ASKED = {
    "id": "1830194040000000004",
    "text": "yes?",
    "author_id": "12",
    "created_at": WRITTEN,
    "in_reply_to_user_id": "13",
    "attachments": {"poll_ids": ["88"]},
    "referenced_tweets": [{"type": "replied_to", "id": "1830194030000000000"}],
}
PAGE: dict[str, Any] = {
    "data": [REPOST, ASKED],
    "includes": {"users": [ADA, WIM], "tweets": [DEEP, MIDDLE], "media": [PHOTO], "polls": [POLL]},
    "__twarc": {"url": "https://api.twitter.com/2/tweets", "version": "2.14.0", "retrieved_at": "2024-09-03T00:00:00Z"},
}


def flatten(page: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the lines of a page by the rules of `twarc/expansions.py`: what is not known becomes an empty object."""
    page = copy.deepcopy(page)
    includes = page.get("includes", {})
    users = {user["id"]: user for user in includes.get("users", ())}
    known = {name: {item["id"]: item for item in includes.get(name, ())} for name in ("tweets", "polls")}
    media = {item["media_key"]: item for item in includes.get("media", ())}

    def expand(tweet: dict[str, Any]) -> dict[str, Any]:
        tweet["author"] = users.get(tweet["author_id"], {})
        if "in_reply_to_user_id" in tweet:
            tweet["in_reply_to_user"] = users.get(tweet["in_reply_to_user_id"], {})
        attached = tweet.get("attachments", {})
        if "media_keys" in attached:
            attached["media"] = [media.get(key, {}) for key in attached["media_keys"]]
        if "poll_ids" in attached:
            attached["poll"] = known["polls"].get(attached["poll_ids"][-1], {})
        if "referenced_tweets" in tweet:
            references = tweet["referenced_tweets"]
            tweet["referenced_tweets"] = [{**one, **known["tweets"].get(one["id"], {})} for one in references]
        return tweet

    for one in includes.get("tweets", ()):
        known["tweets"][one["id"]] = expand(one)
    lines = [expand(tweet) for tweet in page["data"]]
    around = {name: page[name] for name in ("__twarc", "matching_rules") if name in page}
    return [line | around for line in lines]


def read(record: Any) -> list[Post]:
    return posts(normalise(json.dumps(record).encode(), "replay", NOW))


@pytest.mark.parametrize(
    "page",
    [
        PAGE,
        {name: part for name, part in PAGE.items() if name != "__twarc"},
        {**PAGE, "matching_rules": [{"id": "1", "tag": "wren"}]},
        {**PAGE, "includes": {"tweets": [DEEP, MIDDLE]}},
        {**PAGE, "includes": {}},
    ],
    ids=["whole", "not by twarc", "of the stream", "without users and media", "without includes"],
)
def test_flattened_lines_give_the_posts_of_their_page(page: dict[str, Any]) -> None:
    expected = {post.id: msgspec.to_builtins(post) for post in read(page)}
    found = {post.id: msgspec.to_builtins(post) for line in flatten(page) for post in read(line)}
    assert found == expected


def test_originals_media_polls_and_time_of_collection_are_read() -> None:
    repost, asked = flatten(PAGE)
    deep, middle, top = read(repost)
    assert (top.repost_of, middle.quote_of, deep.text) == (middle.id, deep.id, "deep")
    assert (middle.media[0].alt, middle.author.handle, top.author.bio) == ("a wren", "wim", "I watch birds")
    assert top.version == 1725321600000
    (poll,) = read(asked)
    assert poll.poll is not None
    assert [(option.text, option.votes) for option in poll.poll.options] == [("yes", 2), ("no", 1)]
    assert poll.poll.closes_at == 1725271200000
    assert poll.reply_to is not None
    assert poll.reply_to.handle == "wim"


def test_a_broken_object_inside_costs_nothing_else() -> None:
    (line, _) = flatten(PAGE)
    line["author"] = {"id": 12, "username": None}
    line["referenced_tweets"][0]["attachments"]["media"] = [None, 7, {"media_key": 3}, PHOTO]
    line["referenced_tweets"].append("nonsense")
    deep, middle, top = read(line)
    assert (deep.text, middle.media[0].alt, top.author.id) == ("deep", "a wren", "12")


def test_a_post_alone_stays_a_post() -> None:
    (post,) = read(DEEP)
    assert (post.text, post.version) == ("deep", NOW)


def test_a_poll_is_read_where_nothing_else_was_moved_into_the_post() -> None:
    asked = {"id": ASKED["id"], "text": "yes?", "attachments": {"poll_ids": ["88"], "poll": POLL}}
    (post,) = read(asked)
    assert post.poll is not None


def test_an_author_two_levels_down_is_named_by_a_mention() -> None:
    mention = {"start": 3, "end": 7, "username": "wim", "id": "13", "name": "Wim"}
    inner = {**DEEP, "type": "quoted"}
    middle = {**MIDDLE, "type": "retweeted", "referenced_tweets": [inner]}
    deep, _, _ = read({**REPOST, "entities": {"mentions": [mention]}, "referenced_tweets": [middle]})
    assert deep.author.handle == "wim"
