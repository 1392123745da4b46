"""Rows of the catalog: for each built-in source how to open it, probe it, report on its cursor and look its posts up.

Each function takes what its source needs from the settings (for X, the monthly budget is divided between stream and
look-ups). It imports its network when it is called, so that a process loads only the clients of the sources it reads.
What the records of a source may contain is a table of its own: `pipeline/normalise/source_permissions.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.settings import Settings
from pipeline.sources.contract import Probed, Source
from pipeline.sources.lookup_contract import Lookup

Track = Callable[[], str]
"""Returns TRACK as it is now."""
Searches = Callable[[], Sequence[str]]
"""Returns the searches that people look at, older first."""


@dataclass(frozen=True, kw_only=True)
class CatalogEntry:
    """Everything the product can do with one built-in source. None: the source has nothing of the kind."""

    open: Callable[[Settings, Track, Searches], Source]
    probe: Callable[[Settings], list[Probed]] | None = None
    cursor_age: Callable[[str, Settings], Probed | None] | None = None
    track_finding: Callable[[str], Probed] | None = None
    open_lookup: Callable[[Settings], Lookup | None] | None = None


# -- demo, replay, stdin


def _open_demo(settings: Settings, *_: object) -> Source:
    from pipeline.sources.demo.source import DemoSource

    return DemoSource(settings.demo_seed, settings.demo_rate)


def _open_replay(settings: Settings, *_: object) -> Source:
    from pipeline.sources.replay.source import ReplaySource

    return ReplaySource(settings.replay_path, settings.replay_speed, loop=settings.replay_loop)


def _open_stdin(settings: Settings, *_: object) -> Source:
    from pipeline.sources.stdin import StdinSource

    return StdinSource(settings.stdin_path)


# -- Bluesky


def _bluesky_api(settings: Settings) -> str:
    return "" if settings.bluesky_api == "off" else settings.bluesky_api


def _open_bluesky(settings: Settings, *_: object) -> Source:
    from pipeline.sources.bluesky.source import BlueskySource

    return BlueskySource(settings.bluesky_url, _bluesky_api(settings), counts=settings.bluesky_counts)


def _probe_bluesky(settings: Settings) -> list[Probed]:
    from pipeline.sources.bluesky.probe import probe

    return probe(settings.bluesky_url, _bluesky_api(settings))


def _bluesky_cursor_age(cursor: str, _settings: Settings) -> Probed | None:
    from pipeline.sources.bluesky.probe import cursor_age

    return cursor_age(cursor)


def _bluesky_lookup(settings: Settings) -> Lookup | None:
    from pipeline.sources.bluesky.lookup import BlueskyLookup

    return BlueskyLookup(settings.bluesky_api) if _bluesky_api(settings) else None


# -- Mastodon


def _open_mastodon(settings: Settings, *_: object) -> Source:
    from pipeline.sources.mastodon.source import MastodonSource

    return MastodonSource(
        settings.mastodon_servers,
        settings.mastodon_hashtags,
        settings.mastodon_token,
        feed=settings.mastodon_feed,
        consent=settings.mastodon_consent,
        counts_after_s=settings.mastodon_counts_minutes * 60.0,
    )


def _probe_mastodon(settings: Settings) -> list[Probed]:
    from pipeline.sources.mastodon.probe import probe

    return probe(settings.mastodon_servers, settings.mastodon_token, settings.mastodon_hashtags, settings.mastodon_feed)


def _mastodon_cursor_age(cursor: str, _settings: Settings) -> Probed | None:
    from pipeline.sources.mastodon.probe import cursor_age

    return cursor_age(cursor)


def _mastodon_lookup(settings: Settings) -> Lookup:
    from pipeline.sources.mastodon.lookup import MastodonLookup

    return MastodonLookup(settings.mastodon_servers, settings.mastodon_token, consent=settings.mastodon_consent)


# -- X


def _x_budget(settings: Settings) -> tuple[int, int]:
    """Return how many posts a month the stream may read, and how many the look-ups."""
    from pipeline.sources.x.budget import lookup_share

    share = lookup_share(settings.x_monthly_posts, settings.recheck_hours, settings.x_recheck)
    return settings.x_monthly_posts - share, share


def _open_x(settings: Settings, track: Track, searches: Searches) -> Source:
    from pipeline.sources.x.source import XSource

    posts, share = _x_budget(settings)
    return XSource(
        settings.x_bearer_token, track, searches, url=settings.x_api_url, monthly_posts=posts, lookup_posts=share
    )


def _probe_x(settings: Settings) -> list[Probed]:
    from pipeline.sources.x.probe import probe

    return probe(settings.x_bearer_token, settings.x_api_url)


def _x_cursor_age(cursor: str, settings: Settings) -> Probed | None:
    from pipeline.sources.x.probe import cursor_age

    return cursor_age(cursor, *_x_budget(settings))


def _x_track_finding(track: str) -> Probed:
    from pipeline.sources.x.probe import track_finding

    return track_finding(track)


def _x_lookup(settings: Settings) -> Lookup:
    from pipeline.sources.x.lookup import XLookup

    return XLookup(settings.x_bearer_token, settings.x_api_url)


CATALOG = {
    "demo": CatalogEntry(open=_open_demo),
    "replay": CatalogEntry(open=_open_replay),
    "bluesky": CatalogEntry(
        open=_open_bluesky,
        probe=_probe_bluesky,
        cursor_age=_bluesky_cursor_age,
        open_lookup=_bluesky_lookup,
    ),
    "x": CatalogEntry(
        open=_open_x,
        probe=_probe_x,
        cursor_age=_x_cursor_age,
        track_finding=_x_track_finding,
        open_lookup=_x_lookup,
    ),
    "mastodon": CatalogEntry(
        open=_open_mastodon,
        probe=_probe_mastodon,
        cursor_age=_mastodon_cursor_age,
        open_lookup=_mastodon_lookup,
    ),
    "stdin": CatalogEntry(open=_open_stdin),
}
"""The built-in sources by name; `pipeline/source_names.py` has the same names for rooms below this one."""
