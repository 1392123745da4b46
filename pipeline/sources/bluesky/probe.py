"""Is Bluesky there? Opens each server's stream and closes it, asks the profile API one question. Reads no post."""

from __future__ import annotations

import time

import urllib3

from pipeline.errors import SourceUnavailable
from pipeline.sources.bluesky import PUBLIC
from pipeline.sources.bluesky.connection import Opening
from pipeline.sources.bluesky.profiles import AGENT, PATH
from pipeline.sources.bluesky.wire import Place, decode_place, host_of, subscription
from pipeline.sources.contract import Probed

WITHIN_S = 6.0
HELD_S = 36 * 3600
"""So long do Bluesky's own servers hold events."""
SOMEBODY = "did:plc:z72i7hdynmk6r22z27h6tvur"
"""Bluesky's own account."""


def probe(urls: tuple[str, ...], api: str) -> list[Probed]:
    """Return what is found, within about `WITHIN_S` seconds however many servers there are."""
    asked = urls or PUBLIC
    openings = {url: _opening(url) for url in asked}
    troubles = dict.fromkeys(asked, "no answer")
    end = time.monotonic() + WITHIN_S
    while openings and time.monotonic() < end:
        for url, opening in list(openings.items()):
            try:
                if opening.result() is None:
                    continue
                troubles[url] = ""
            except SourceUnavailable as error:
                troubles[url] = str(error)
            openings.pop(url).abandon()
        time.sleep(0.02)
    for opening in openings.values():
        opening.abandon()
    away = [f"{host_of(url)}: {trouble}" for url, trouble in troubles.items() if trouble]
    text = f"{len(asked) - len(away)} of {len(asked)} servers answer"
    found = [Probed(len(away) < len(asked), "; ".join([text, *away])[:500])]
    return [*found, _api(api)] if api else found


def _opening(url: str) -> Opening:
    return Opening(lambda _: subscription(url, None), lambda: None)


def _api(api: str) -> Probed:
    try:
        answer = urllib3.request(
            "GET",
            f"{api.rstrip('/')}{PATH}?actors={SOMEBODY}",
            timeout=WITHIN_S,
            retries=False,
            headers={"User-Agent": AGENT},
        )
    except (urllib3.exceptions.HTTPError, OSError) as error:
        return Probed(False, f"profiles cannot be looked up, authors stay DIDs: {error}"[:300])
    well = answer.status == 200
    return Probed(well, "profiles can be looked up" if well else f"profiles: HTTP {answer.status}, authors stay DIDs")


def cursor_age(cursor: str) -> Probed | None:
    """Return how old the place is at which reading goes on, None where there is none."""
    place: Place = decode_place(cursor)
    if not place.time_us:
        return None
    age_s = max(0, int(time.time() - place.time_us / 1e6))
    held = age_s < HELD_S
    return Probed(held, f"cursor {age_s} s old" + ("" if held else ": servers hold 36 hours, the rest will be a gap"))
