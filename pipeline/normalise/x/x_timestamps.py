"""Timestamps of X: reads v1.1 and archived times, and times inside ids (snowflakes), into milliseconds since 1970 UTC.

`with_snowflake_ms` adds the milliseconds of the id to a time that is known to the second.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

from pipeline.errors import RecordError
from pipeline.normalise.timestamps import iso_to_ms
from pipeline.post import MAX_TIME_MS

SNOWFLAKE_EPOCH_MS = 1_288_834_974_657
"""Time (ms UTC) from which X's ids count: 2010-11-04."""

FIRST_SNOWFLAKE = 29_700_859_247
"""Smallest id of X that holds a time."""

SECOND_MS = 1000
"""Precision of v1.1 times, in ms."""

_NAMES = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_MONTHS = {name: number for number, name in enumerate(_NAMES, 1)}


@lru_cache(maxsize=512)
def _day_ms(year: int, month: int, day: int) -> int:
    return int(datetime(year, month, day, tzinfo=UTC).timestamp()) * 1000


def v1_time_to_ms(text: str) -> int:
    """Return the time of X v1.1's "Thu Aug 11 23:57:52 +0000 2016", or of an old archive's "2016-08-11 23:57:52 +0000".

    Raises:
        RecordError: the text is no such time.
    """
    try:
        _, month, day, clock, zone, year = text.split()
        hours, minutes, seconds = clock.split(":")
        shift = int(zone[1:3]) * 3600 + int(zone[3:5]) * 60
        second = int(hours) * 3600 + int(minutes) * 60 + int(seconds)
        second += shift if zone[0] == "-" else -shift
        value = _day_ms(int(year), _MONTHS[month], int(day)) + second * 1000
        if 0 <= value <= MAX_TIME_MS:
            return value
    except (ValueError, KeyError, IndexError, OverflowError):
        pass
    archived = iso_to_ms(text.replace(" +", "+")) if text[:4].isdigit() else None
    if archived is not None:
        return archived
    raise RecordError(f"created_at is no time: {text[:60]!r}")


def snowflake_to_ms(number: int) -> int | None:
    """Return the time inside an id of X, or None for ids from before snowflakes."""
    if number < FIRST_SNOWFLAKE:
        return None
    value = (number >> 22) + SNOWFLAKE_EPOCH_MS
    return value if value <= MAX_TIME_MS else None


def with_snowflake_ms(seconds_ms: int, number: int) -> int:
    """Return a time known to the second with the milliseconds of the id, where both agree.

    A post from the stream has milliseconds, one inside a repost has none. Both forms get the same time this way.
    """
    exact = snowflake_to_ms(number)
    return exact if exact is not None and -1000 < exact - seconds_ms < 2000 else seconds_ms
