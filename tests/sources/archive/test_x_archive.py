"""X's personal archive: its posts are read as its owner's, long ones whole, in every form that X gave out."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipeline.errors import RecordError
from pipeline.normalise import normalise
from pipeline.post import Deletion, Event, Post
from pipeline.sources.archive import archive_contract
from pipeline.sources.archive.member_recognition import member_kind
from pipeline.sources.archive.x_archive import XArchive
from pipeline.sources.record_splitter import document
from tests.normalise.sample_records import NOW, outcome, posts

ID = "1656244000000000000"
WRITTEN = "Wed May 10 10:00:00 +0000 2023"
ACCOUNT = {"account": {"email": "a@mail.example", "username": "ada_b", "accountId": "12", "accountDisplayName": "Ada"}}
PROFILE = {
    "profile": {
        "description": {"bio": "I watch birds", "website": "", "location": ""},
        "avatarMediaUrl": "https://pbs.twimg.com/profile_images/1/a.jpg",
    }
}
MANIFEST = {
    "userInfo": {"accountId": "12", "userName": "ada_b", "displayName": "Ada"},
    "archiveInfo": {"sizeBytes": "1000", "generationDate": "2024-01-02T03:04:05.000Z", "isPartialArchive": False},
}


def tweet(**more: Any) -> dict[str, Any]:
    return {
        "edit_info": {"initial": {"editTweetIds": [ID], "editsRemaining": "5", "isEditEligible": True}},
        "retweeted": False,
        "source": "<a>web</a>",
        "entities": {"hashtags": [{"text": "wren", "indices": ["6", "11"]}], "symbols": [], "urls": []},
        "display_text_range": ["0", "11"],
        "favorite_count": "1234",
        "retweet_count": "5",
        "id_str": ID,
        "id": ID,
        "truncated": False,
        "created_at": WRITTEN,
        "full_text": "a big #wren &amp; more",
        "lang": "en",
        **more,
    }


def script(name: str, members: Any, before: str = "window.", part: int = 0) -> bytes:
    return f"{before}YTD.{name}.part{part} = {json.dumps(members, indent=2)}".encode()


def archive(*context: bytes) -> XArchive:
    found = XArchive()
    for data in context:
        kind = member_kind("data/x.js", data)
        assert kind is not None
        assert (kind.archive, kind.role) == ("x", "context")
        found.learn(kind, [data[:30], data[30:]])
    return found


def read_file(data: bytes, archived: XArchive) -> list[Event]:
    kind = member_kind("data/tweets.js", data[:4096])
    assert kind is not None
    assert (kind.archive, kind.role, kind.records) == ("x", "posts", "list")
    events: list[Event] = []
    for cuts in document([data]):
        for item, _ in cuts:
            events += normalise(archived.record(item) or b"", "replay", NOW)
    return events


def read(data: bytes, archived: XArchive) -> list[Post]:
    return posts(read_file(data, archived))


def manifest() -> bytes:
    return b"window.__THAR_CONFIG = " + json.dumps(MANIFEST, indent=2).encode()


@pytest.mark.parametrize(
    "data",
    [
        script("tweets", [{"tweet": tweet()}]),
        script("tweets", [{"tweet": tweet()}], part=1),
        script("tweet", [{"tweet": tweet()}]),
        script("tweet", [tweet()], before=""),
        script("community_tweet", [{"tweet": tweet()}]),
    ],
    ids=["2022", "a further part", "2018", "without wrapper", "to a community"],
)
def test_a_post_is_its_owners_with_numbers_from_texts(data: bytes) -> None:
    (post,) = read(data, archive(script("account", [ACCOUNT]), script("profile", [PROFILE])))
    assert (post.id, post.text, post.hashtags) == (f"x:{ID}", "a big #wren & more", ["wren"])
    assert (post.entities[0].start, post.entities[0].end) == (6, 11)
    assert (post.counts.likes, post.counts.reposts) == (1234, 5)
    assert (post.author.id, post.author.handle, post.author.name, post.author.bio) == (
        "12",
        "ada_b",
        "Ada",
        "I watch birds",
    )
    assert post.url == f"https://x.com/ada_b/status/{ID}"
    assert post.author.avatar == "https://pbs.twimg.com/profile_images/1/a.jpg"


def test_version_is_when_the_archive_was_made_else_when_the_post_was_written() -> None:
    data = script("tweets", [{"tweet": tweet()}])
    (with_date,) = read(data, archive(manifest()))
    assert with_date.version == 1704164645000
    (without,) = read(data, archive(script("account", [ACCOUNT])))
    assert without.version == without.created_at == 1683712800000


def test_the_manifest_alone_names_the_owner_and_nothing_private_is_taken_over() -> None:
    archived = archive(manifest(), script("account", [ACCOUNT]))
    item = json.dumps({"tweet": tweet()}).encode()
    assert b"mail.example" not in (archived.record(item) or b"")


def test_media_of_the_archive_are_read_with_their_description() -> None:
    media = {
        "media": [
            {
                "expanded_url": f"https://twitter.com/ada_b/status/{ID}/photo/1",
                "indices": ["6", "29"],
                "url": "https://t.co/aaaaaaaaaa",
                "media_url_https": "https://pbs.twimg.com/media/A.jpg",
                "type": "photo",
                "id_str": "77",
                "sizes": {"small": {"w": "680", "h": "680", "resize": "fit"}},
                "display_url": "pic.twitter.com/aaaaaaaaaa",
            },
            {
                "url": "https://t.co/aaaaaaaaaa",
                "media_url_https": "https://pbs.twimg.com/media/B.jpg",
                "type": "video",
                "indices": ["6", "29"],
                "video_info": {
                    "aspect_ratio": ["16", "9"],
                    "duration_millis": "1000",
                    "variants": [
                        {"bitrate": "256000", "content_type": "video/mp4", "url": "https://video.twimg.com/s.mp4"},
                        {"bitrate": "832000", "content_type": "video/mp4", "url": "https://video.twimg.com/l.mp4"},
                    ],
                },
            },
        ]
    }
    data = tweet(full_text="a big https://t.co/aaaaaaaaaa", entities={"media": media["media"][:1]})
    (post,) = read(script("tweets", [{"tweet": data | {"extended_entities": media}}]), archive(manifest()))
    assert post.text == "a big"
    assert [(one.type, one.url) for one in post.media] == [
        ("image", "https://pbs.twimg.com/media/A.jpg"),
        ("video", "https://video.twimg.com/l.mp4"),
    ]


def note(text: str, at: str = "2023-05-10T10:00:00.000Z", **entities: Any) -> dict[str, Any]:
    core = {"styletags": [], "urls": [], "text": text, "mentions": [], "cashtags": [], "hashtags": [], **entities}
    return {"noteTweet": {"noteTweetId": "1656243999999999999", "createdAt": at, "core": core}}


LONG = "Of all the birds in the hedge & the garden " + "the wren " * 40 + "#end https://t.co/bbbbbbbbbb"


def test_a_long_post_is_joined_with_its_text_by_time_and_beginning() -> None:
    url = {
        "expandedUrl": "https://birds.example/wren",
        "shortUrl": "https://t.co/bbbbbbbbbb",
        "displayUrl": "birds.example/wren",
        "fromIndex": "409",
        "toIndex": "432",
    }
    tag = {"text": "end", "fromIndex": "404", "toIndex": "408"}
    notes = script(
        "note_tweet",
        [
            note("Another text of the same second, with another beginning " * 9),
            note(LONG, urls=[url], hashtags=[tag]),
            note("Of all the birds in the hedge & the garden, years later " * 9, "2025-05-10T10:00:00.000Z"),
        ],
    )
    cut = "@wim @eva " + LONG[:260].replace("&", "&amp;") + "… https://t.co/cccccccccc"
    (post,) = read(script("tweets", [{"tweet": tweet(full_text=cut)}]), archive(manifest(), notes))
    assert post.id == f"x:{ID}"
    assert post.text == LONG.replace("https://t.co/bbbbbbbbbb", "birds.example/wren")
    assert (post.hashtags, [link.url for link in post.links]) == (["end"], ["https://birds.example/wren"])


@pytest.mark.parametrize("at", ["2023-05-10T10:00:09.000Z", "no time"])
def test_a_text_of_another_time_is_not_joined(at: str) -> None:
    cut = LONG[:200]
    (post,) = read(
        script("tweets", [{"tweet": tweet(full_text=cut, entities=None)}]),
        archive(manifest(), script("note_tweet", [note(LONG, at)])),
    )
    assert post.text == cut.strip()


def test_an_archive_of_2013_names_its_author_in_each_post() -> None:
    old = {
        "source": "<a>web</a>",
        "entities": {"user_mentions": [], "media": [], "hashtags": [], "urls": []},
        "geo": {},
        "id_str": "340000000000000000",
        "text": "good morning",
        "id": 340000000000000000,
        "created_at": "2013-05-30 06:40:01 +0000",
        "user": {
            "name": "Ada",
            "screen_name": "ada_b",
            "protected": False,
            "id_str": "12",
            "id": 12,
            "verified": False,
        },
    }
    data = b"Grailbird.data.tweets_2013_05 = \n " + json.dumps([old], indent=1).encode()
    (post,) = read(data, XArchive())
    assert (post.text, post.author.handle, post.created_at) == ("good morning", "ada_b", 1369896001000)


def test_what_its_author_deleted_is_never_stored() -> None:
    kind = member_kind("data/deleted-tweets.js", script("deleted_tweets", []))
    assert kind is not None
    assert (kind.role, kind.note) == ("left out", "posts that their author deleted")
    deleted = tweet(deleted_at="Thu May 11 10:00:00 +0000 2023")
    assert read_file(script("tweets", [{"tweet": deleted}]), archive(manifest())) == [
        Deletion(f"x:{ID}", 1683799200000)
    ]


@pytest.mark.parametrize("record", [{"tweet": tweet()}, tweet(), tweet(text="short")])
def test_a_post_without_its_archive_says_what_to_do(record: dict[str, Any]) -> None:
    assert "import the whole archive" in outcome(json.dumps(record).encode())


@pytest.mark.parametrize(
    ("name", "head", "expected"),
    [
        ("data/like.js", b"window.YTD.like.part0 = [", ("like", "left out")),
        ("data/direct-messages.js", b"window.YTD.direct_messages.part0 = [ {", ("direct_messages", "left out")),
        ("data/tweets_media/1-a.jpg", b"\xff\xd8\xff", ("media", "media")),
        ("data/js/user_details.js", b"var user_details =  {", ("index", "left out")),
        ("any name", b"\n window.YTD.tweets.part12=[", ("tweets", "posts")),
    ],
)
def test_a_member_is_known_by_its_content(name: str, head: bytes, expected: tuple[str, str]) -> None:
    kind = member_kind(name, head)
    assert kind is not None
    assert (kind.part, kind.role) == expected


@pytest.mark.parametrize("head", [b"", b"window.alert(1)", b'{"data":1}', b"\x00\x01", b"Grailbird.data.people = 1"])
def test_what_is_no_member_is_none(head: bytes) -> None:
    assert member_kind("file", head) is None


def test_a_member_that_cannot_be_read_or_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RecordError, match="account of an archive"):
        archive(b"window.YTD.account.part0 = [ {")
    monkeypatch.setattr(archive_contract, "CONTEXT_MAX_BYTES", 10)
    with pytest.raises(RecordError, match="longer than"):
        archive(script("account", [ACCOUNT]))


def test_a_record_that_cannot_be_decoded_is_passed_on() -> None:
    assert archive(manifest()).record(b'{"tweet":') == b'{"tweet":'


@pytest.mark.parametrize(
    "info",
    [
        {"initial": {"editTweetIds": ["7", ID], "editsRemaining": "4"}},
        {"edit": {"initialTweetId": "7", "editControlInitial": {"editTweetIds": ["7", ID], "editsRemaining": "4"}}},
        {"edit": {"initialTweetId": "7", "editControlInitial": {"editTweetIds": [ID]}}},
    ],
)
def test_an_edited_post_names_its_versions_as_the_api_does(info: dict[str, Any]) -> None:
    record = json.loads(archive(manifest()).record(json.dumps({"tweet": tweet(edit_info=info)}).encode()) or b"")
    assert record["tweet"]["edit_history"] == {"initial_tweet_id": "7", "edit_tweet_ids": ["7", ID]}


def test_a_post_that_was_not_edited_names_none() -> None:
    record = json.loads(archive(manifest()).record(json.dumps({"tweet": tweet()}).encode()) or b"")
    assert "edit_history" not in record["tweet"]
