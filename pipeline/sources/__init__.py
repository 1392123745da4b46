"""Where posts come from: one class a source, each with the one method of `contract.py`."""

from __future__ import annotations

from pipeline.errors import SettingsError
from pipeline.installed import SOURCES_GROUP, make, offered
from pipeline.settings import Settings
from pipeline.sources.contract import Source

READABLE = ("demo", "replay", "bluesky", "mastodon", "stdin")
"""The names that this version can read; a start with another is refused."""


def open_source(name: str, settings: Settings) -> Source:
    """Return the source of a name: one of ours, or of an installed package.

    Raises:
        SettingsError: there is no such source (yet).
    """
    if name == "demo":
        from pipeline.sources.demo import DemoSource

        return DemoSource(settings.demo_seed, settings.demo_rate)
    if name == "replay":
        from pipeline.sources.replay import ReplaySource

        return ReplaySource(settings.replay_path, settings.replay_speed, loop=settings.replay_loop)
    if name == "bluesky":
        from pipeline.sources.bluesky import BlueskySource

        api = "" if settings.bluesky_api == "off" else settings.bluesky_api
        return BlueskySource(settings.bluesky_url, api, counts=settings.bluesky_counts)
    if name == "mastodon":
        from pipeline.sources.mastodon import MastodonSource

        return MastodonSource(
            settings.mastodon_servers,
            settings.mastodon_hashtags,
            settings.mastodon_token,
            consent=settings.mastodon_consent,
        )
    if name == "stdin":
        from pipeline.sources.stdin import StdinSource

        return StdinSource(settings.stdin_path)
    if name in offered(SOURCES_GROUP):
        installed: Source = make(SOURCES_GROUP, name)
        return installed
    raise SettingsError([f"SOURCE={name}: this source cannot be read yet"])
