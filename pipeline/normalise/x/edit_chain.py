"""Chain of edits of an X post: the ids of all its versions, the first of which is the post's own.

Each edit of X has an id of its own. Records name the chain in `edit_history_tweet_ids` (v2), `edit_history` (v1.1,
enterprise) or `ext_edit_control` (v1.1 REST); it has at most six ids (developer.x.com, "Edit Posts").
"""

from __future__ import annotations

from collections.abc import Collection

from pipeline.normalise.field_validation import numeric_id
from pipeline.normalise.x.x_timestamps import snowflake_to_ms
from pipeline.post import Post

MAX_EDIT_IDS = 50
"""Most ids of a chain that are read."""


def edit_chain(number: str, named: Collection[str | int | None]) -> list[str]:
    """Return the numbers of a post's versions up to the named ones, the first version first; a lone one's own."""
    if number and (not named or (len(named) == 1 and number in named)):
        return [number]
    numbers = {number, *list(dict.fromkeys(numeric_id(str(one or ""), None) for one in named))[:MAX_EDIT_IDS]}
    return sorted(numbers - {""}, key=int)


def join_chain(post: Post, number: str, chain: list[str]) -> None:
    """Make a post one version of its chain: the id and time are those of the first version."""
    if len(chain) < 2:
        return
    post.id = f"x:{chain[0]}"
    post.edits = [f"x:{one}" for one in chain[1:]]
    first_ms = snowflake_to_ms(int(chain[0]))
    if first_ms is not None:
        post.created_at = min(first_ms, post.created_at)
        post.claimed_at = None
    if post.conversation_id in (f"x:{number}", *post.edits):
        post.conversation_id = post.id


def edited_ms(number: str, chain: list[str]) -> int | None:
    """Return when a version of an edited post was written (ms), by its id; None for a post that was not edited."""
    return snowflake_to_ms(int(number)) if len(chain) > 1 else None
