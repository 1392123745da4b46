"""Objects inside X API v1.1 statuses: users, media and places.

Shapes: docs.x.com, "X API v1.1 data dictionary" (User, Extended entities, Geo objects).
"""

from __future__ import annotations

from typing import Any

from tests.records.drafts import ALPHABET, MediaKind, Person, Writer
from tests.records.x_text_rendering import escaped, legacy_url, short, snowflake

CODES = {"he": "iw", "id": "in"}
"""Languages that this wire names by an old code."""

PHOTOS, FILMS = "pbs.twimg.com", "https://video.twimg.com"


def user_object(who: Person, writer: Writer, age: int, *, streamed: bool) -> dict[str, Any]:
    """Return a User object."""
    picture = f"{PHOTOS}/profile_images/{who.number % 10**9}/{who.token}_normal.jpg"
    link = short(writer)
    made: dict[str, Any] = {
        "id": who.number,
        "id_str": str(who.number),
        "name": escaped(who.name),
        "screen_name": who.handle,
        "location": "the harbour" if who.number % 2 else "",
        "url": link if who.number % 3 else None,
        "description": escaped(who.bio) or None,
        "protected": False,
        "verified": who.verified,
        "followers_count": who.followers,
        "friends_count": who.followers // 3,
        "listed_count": who.followers // 100,
        "favourites_count": who.number % 5_000,
        "statuses_count": who.number % 90_000,
        "created_at": "Mon Nov 29 21:18:15 +0000 2010",
        "utc_offset": None if age == 2018 else -25200,
        "time_zone": None if age == 2018 else "Pacific Time (US & Canada)",
        "geo_enabled": who.number % 4 == 0,
        "lang": CODES.get(who.lang, who.lang) if age < 2018 else None,
        "contributors_enabled": False,
        "is_translator": False,
        "profile_background_color": f"{who.number % 0xFFFFFF:06X}",
        "profile_background_image_url": "http://abs.twimg.com/images/themes/theme1/bg.png",
        "profile_background_image_url_https": "https://abs.twimg.com/images/themes/theme1/bg.png",
        "profile_background_tile": False,
        "profile_link_color": "1DA1F2",
        "profile_sidebar_border_color": "C0DEED",
        "profile_sidebar_fill_color": "DDEEF6",
        "profile_text_color": "333333",
        "profile_use_background_image": True,
        "profile_image_url": f"http://{picture}",
        "profile_image_url_https": f"https://{picture}",
        "default_profile": who.number % 2 == 0,
        "default_profile_image": False,
        "following": None,
        "follow_request_sent": None,
        "notifications": None,
    }
    if not streamed and made["url"]:
        target = f"https://www.example.com/people/{who.handle}"
        made["entities"] = {
            "url": {"urls": [legacy_url(link, target, 0, len(link))]},
            "description": {"urls": []},
        }
    return made


def media_item(  # noqa: PLR0917 - each is a field of the object or draws it
    kind: MediaKind, link: str, page: str, start: int, place: int, writer: Writer, age: int
) -> dict[str, Any]:
    """Return a Media object. `link` stands at `start` in the text, `place` is the item's number in its post."""
    number = snowflake(writer.now_ms, writer)
    name, folder = writer.token(15, ALPHABET), "ext_tw_video_thumb" if kind == "video" else "media"
    types = {"image": "photo", "video": "video", "gif": "animated_gif"}
    sizes = {size: {"w": w, "h": h, "resize": "fit"} for size, w, h in (("small", 680, 510), ("large", 1024, 768))}
    made: dict[str, Any] = {
        "id": number,
        "id_str": str(number),
        "indices": [start, start + len(link)],
        "media_url": f"http://{PHOTOS}/{folder}/{name}.jpg",
        "media_url_https": f"https://{PHOTOS}/{folder}/{name}.jpg",
        "url": link,
        "display_url": f"pic.twitter.com/{link[-10:]}",
        "expanded_url": f"{page}/{'video' if kind == 'video' else 'photo'}/1",
        "type": types[kind] if age > 2012 else "photo",
        "sizes": {"thumb": {"w": 150, "h": 150, "resize": "crop"}} | sizes,
    }
    if age == 2018 and place % 2:
        made["ext_alt_text"] = "gulls above the harbour, seen from the bridge"
    if kind != "image" and age > 2012:
        film = f"{FILMS}/{'tweet_video' if kind == 'gif' else 'ext_tw_video'}/{name}"
        rates = [0] if kind == "gif" else [320_000, 2_176_000, 832_000]
        variants = [{"bitrate": rate, "content_type": "video/mp4", "url": f"{film}/{rate}.mp4"} for rate in rates]
        if kind == "video":
            variants.insert(1, {"content_type": "application/x-mpegURL", "url": f"{film}/pl.m3u8"})
        made["video_info"] = {"aspect_ratio": [16, 9], "variants": variants}
        if kind == "video":
            made["video_info"]["duration_millis"] = 10_704
    return made


def place_object(writer: Writer) -> dict[str, Any]:
    """Return a Place object."""
    corners = [[-70.1, 43.6], [-70.3, 43.6], [-70.3, 43.7], [-70.1, 43.7]]
    name = writer.token(16, "0123456789abcdef")
    return {
        "id": name,
        "url": f"https://api.twitter.com/1.1/geo/id/{name}.json",
        "place_type": "city",
        "name": "Harbourton",
        "full_name": "Harbourton, Nowhere",
        "country_code": "XX",
        "country": "Nowhere",
        "bounding_box": {"type": "Polygon", "coordinates": [corners]},
        "attributes": {},
    }
