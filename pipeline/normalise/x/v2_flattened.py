"""Flattened X API v2 posts: puts what `twarc2 flatten` moved into a post back beside it, as the page that it came from.

`author`, `in_reply_to_user`, `attachments.media`, `attachments.poll` and whole `referenced_tweets` become `includes`;
`__twarc` and `matching_rules` become the page's again, so that version, originals and media are those of the page. An
object that twarc did not know is empty there and is left out. Source: twarc 2.14.0, `twarc/expansions.py`.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from pipeline.normalise.x.v2_envelope_wire import V2Envelope, V2Includes, V2Poll, V2Twarc
from pipeline.normalise.x.v2_wire import V2MediaItem, V2Tweet, V2User

MAX_NESTED_POSTS = 8
"""Most posts inside each other that are read from one flattened record."""

_Object = TypeVar("_Object", V2User, V2Tweet, V2MediaItem, V2Poll)
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, Any]).decode


def page_of(raw: bytes) -> V2Envelope:
    """Return a flattened post as the page that it came from."""
    tweet = _decode(raw)
    includes = V2Includes(users=[], tweets=[], media=[], polls=[])
    mentioned: list[V2User] = []
    page = V2Envelope(includes=includes)
    collector = tweet.pop("__twarc", None)
    if isinstance(collector, dict) and isinstance(collector.get("retrieved_at"), str):
        page.twarc = V2Twarc(collector["retrieved_at"])
    if "matching_rules" in tweet:
        page.matching_rules = msgspec.Raw(_encode(tweet.pop("matching_rules")))
    page.data = msgspec.Raw(_encode(_moved(tweet, includes, mentioned, 0)))
    includes.users = [*mentioned, *(includes.users or ())]  # of two with the same id the last one counts
    return page


def _moved(tweet: dict[str, Any], includes: V2Includes, mentioned: list[V2User], depth: int) -> dict[str, Any]:
    """Return a post without the objects that belong into `includes`, and put them there.

    A post two levels down names its author by id only; the mention of the repost around it has the name.
    """
    entities = tweet.get("entities")
    for mention in _objects(entities.get("mentions")) if isinstance(entities, dict) else ():
        _add(mentioned, mention, V2User)
    for name in ("author", "in_reply_to_user"):
        _add(includes.users, tweet.pop(name, None), V2User)
    attached = tweet.get("attachments")
    if isinstance(attached, dict):
        for item in _objects(attached.get("media")):
            _add(includes.media, item, V2MediaItem)
        _add(includes.polls, attached.get("poll"), V2Poll)
        tweet["attachments"] = {name: attached[name] for name in ("media_keys", "poll_ids") if name in attached}
    references = tweet.get("referenced_tweets")
    if isinstance(references, list):
        for reference in _objects(references):
            if "text" in reference and depth < MAX_NESTED_POSTS:
                nested = {name: value for name, value in reference.items() if name != "type"}
                _add(includes.tweets, _moved(nested, includes, mentioned, depth + 1), V2Tweet)
        tweet["referenced_tweets"] = [
            {"type": reference.get("type"), "id": reference.get("id")} for reference in _objects(references)
        ]
    return tweet


def _objects(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _add(found: list[_Object] | None, value: Any, kind: type[_Object]) -> None:
    """Add an object to a list of `includes`; an empty or unreadable one is left out."""
    if found is None or not value:
        return
    try:
        found.append(msgspec.convert(value, kind))
    except msgspec.ValidationError:
        return
