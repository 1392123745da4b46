"""Recording for the end-to-end bench: generated X v1.1 records of about 4 kB, each matched by three of 1,000 searches.

Words are generated from a seed with a Zipf-like distribution. Every post holds exactly three of a thousand rare words,
and one search selects each. So the number of matches is known and is compared with the number that arrives.
"""

from __future__ import annotations

import json
import random
import time
from pathlib import Path

SEARCHES = 1_000
MATCHES_A_POST = 3
RECORD_BYTES = 4_000
COMMON_WORDS = 20_000
TEMPLATES = 2_000
_SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]


def word(number: int, syllables: int = 3) -> str:
    """Return the word of a number; words of different numbers and lengths differ."""
    parts = []
    for _ in range(syllables):
        number, which = divmod(number, len(_SYLLABLES))
        parts.append(_SYLLABLES[which])
    return "".join(parts)


def rare(number: int) -> str:
    """Return one of the thousand words that are searched for."""
    return word(number, 4) + "x"


def searches() -> list[str]:
    """Return the standing searches: one to three terms, each matching exactly the posts that hold its rare word."""
    forms = ("{0}", "{0} lang:en", "{0} -nowhere", "({0} OR nowhere) -never")
    return [forms[number % len(forms)].format(rare(number)) for number in range(SEARCHES)]


def write(path: Path, posts: int, seed: int = 1) -> None:
    """Write a recording of this many records."""
    dice = random.Random(seed)
    heads, tails = zip(*(_halves(dice) for _ in range(TEMPLATES)), strict=True)
    weights = [1 / (rank + 10) for rank in range(COMMON_WORDS)]
    text = [word(number) for number in dice.choices(range(COMMON_WORDS), weights, k=200_000)]
    start_ms = int(time.time() * 1000) - posts - 3_600_000
    with path.open("w", buffering=1 << 20) as file:
        for number in range(posts):
            which = number % TEMPLATES
            at = dice.randrange(len(text) - 20)
            words = text[at : at + 12] + [rare(one) for one in dice.sample(range(SEARCHES), MATCHES_A_POST)]
            post_id = (start_ms + number - 1_288_834_974_657) << 22
            file.write(
                f'{heads[which]}"id":{post_id},"id_str":"{post_id}","text":"{" ".join(words)}",'
                f'{tails[which]}"timestamp_ms":"{start_ms + number}"}}\n'
            )


def _halves(dice: random.Random) -> tuple[str, str]:
    """Return the parts of a record before, between and after id and text, as the network writes them."""
    user_id = dice.randrange(10**9)
    user = {
        "id": user_id,
        "id_str": str(user_id),
        "name": word(user_id % 9999).title(),
        "screen_name": word(user_id, 5),
        "location": word(user_id, 2),
        "description": " ".join(word(dice.randrange(9999)) for _ in range(14)),
        "followers_count": dice.randrange(100_000),
        "friends_count": dice.randrange(5_000),
        "created_at": "Tue Mar 01 10:00:00 +0000 2016",
        "verified": False,
        "profile_image_url_https": f"https://img.example/{user_id}_normal.jpg",
    }
    before = '{"created_at":"' + time.strftime("%a %b %d %H:%M:%S +0000 %Y", time.gmtime()) + '",'
    rest = {
        "source": '<a href="https://example.org" rel="nofollow">Example</a>',
        "truncated": False,
        "in_reply_to_status_id": None,
        "in_reply_to_user_id": None,
        "user": user,
        "entities": {"hashtags": [], "urls": [], "user_mentions": [], "symbols": []},
        "retweet_count": 0,
        "favorite_count": 0,
        "lang": "en",
        "filter_level": "low",
    }
    # Padding: fields of the network that no adapter reads, up to a record's usual size.
    known = len(json.dumps(rest)) + 400
    user |= {f"profile_setting_{number}": "C0DEED" for number in range(max(0, (RECORD_BYTES - known) // 34))}
    return before, json.dumps(rest)[1:-1] + ","
