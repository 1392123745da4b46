"""Where posts come from: one class a source, each with the one method of `contract.py`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipeline.errors import SettingsError
from pipeline.plugins import SOURCES_GROUP, make, offered
from pipeline.queue.batch import RESERVED
from pipeline.settings import Settings
from pipeline.sources.contract import Source

READABLE = ("demo", "replay", "bluesky", "x", "mastodon", "stdin")
"""The names that this version can read; a start with another is refused."""


def open_source(
    name: str,
    settings: Settings,
    *,
    track: Callable[[], str] | None = None,
    searches: Callable[[], Sequence[str]] = tuple,
) -> Source:
    """Return the source of a name: one of ours, or of an installed package.

    `track` tells TRACK as it is now (unset: the setting's), `searches` what people look at, for sources that can be
    asked for some posts only.

    Raises:
        SettingsError: there is no such source (yet).
    """
    if name == "x":
        return _x(settings, track or (lambda: settings.track), searches)
    if name in _OPENINGS:
        return _OPENINGS[name](settings)
    if name in offered(SOURCES_GROUP):
        installed: Source = make(SOURCES_GROUP, name)
        if installed.name != name or name in RESERVED:
            raise SettingsError(
                [f"SOURCE={name}: an installed source's name must be its entry point's, and not reserved"]
            )
        return installed
    raise SettingsError([f"SOURCE={name}: this source cannot be read yet"])


# A source's clients are loaded only by who reads it.


def _demo(settings: Settings) -> Source:
    from pipeline.sources.demo import DemoSource

    return DemoSource(settings.demo_seed, settings.demo_rate)


def _replay(settings: Settings) -> Source:
    from pipeline.sources.replay import ReplaySource

    return ReplaySource(settings.replay_path, settings.replay_speed, loop=settings.replay_loop)


def _bluesky(settings: Settings) -> Source:
    from pipeline.sources.bluesky import BlueskySource

    api = "" if settings.bluesky_api == "off" else settings.bluesky_api
    return BlueskySource(settings.bluesky_url, api, counts=settings.bluesky_counts)


def _mastodon(settings: Settings) -> Source:
    from pipeline.sources.mastodon import MastodonSource

    return MastodonSource(
        settings.mastodon_servers,
        settings.mastodon_hashtags,
        settings.mastodon_token,
        consent=settings.mastodon_consent,
    )


def _x(settings: Settings, track: Callable[[], str], searches: Callable[[], Sequence[str]]) -> Source:
    from pipeline.sources.x import XSource
    from pipeline.sources.x.budget import lookup_share

    share = lookup_share(settings.x_monthly_posts, settings.recheck_hours, settings.x_recheck)
    return XSource(
        settings.x_bearer_token,
        track,
        searches,
        url=settings.x_api_url,
        monthly_posts=settings.x_monthly_posts - share,
        aside=share,
    )


def _stdin(settings: Settings) -> Source:
    from pipeline.sources.stdin import StdinSource

    return StdinSource(settings.stdin_path)


_OPENINGS: dict[str, Callable[[Settings], Source]] = {
    "demo": _demo,
    "replay": _replay,
    "bluesky": _bluesky,
    "mastodon": _mastodon,
    "stdin": _stdin,
}
