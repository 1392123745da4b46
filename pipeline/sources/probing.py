"""Which source is looked at how; for `murmur doctor`. Nothing here reads a post or changes anything."""

from __future__ import annotations

from pipeline.plugins import SOURCES_GROUP, make, offered
from pipeline.settings import Settings
from pipeline.sources.contract import Probed


def probe(name: str, settings: Settings) -> list[Probed]:
    """Return what is found of a source's network: reachable, credentials accepted; [] for one without a network."""
    if name == "bluesky":
        from pipeline.sources.bluesky import probe as bluesky

        return bluesky.probe(settings.bluesky_url, "" if settings.bluesky_api == "off" else settings.bluesky_api)
    if name == "mastodon":
        from pipeline.sources.mastodon import probe as mastodon

        return mastodon.probe(settings.mastodon_servers, settings.mastodon_token)
    if name == "x":
        from pipeline.sources.x import probe as x

        return x.probe(settings.x_bearer_token, settings.x_api_url)
    if name in offered(SOURCES_GROUP):
        return _probed(name)
    return []


def _probed(name: str) -> list[Probed]:
    try:
        found: list[Probed] = list(make(SOURCES_GROUP, name).probe())
    except Exception as error:  # noqa: BLE001 - a package's own trouble is what doctor is to tell
        return [Probed(False, f"{type(error).__name__}: {error}"[:300])]
    return found


def cursor_age(name: str, cursor: str, settings: Settings) -> Probed | None:
    """Return how old the place is at which a source goes on (and its budget), None where it has none."""
    if name == "bluesky":
        from pipeline.sources.bluesky import probe as bluesky

        return bluesky.cursor_age(cursor)
    if name == "mastodon":
        from pipeline.sources.mastodon import probe as mastodon

        return mastodon.cursor_age(cursor)
    if name == "x":
        from pipeline.sources.x import probe as x
        from pipeline.sources.x.budget import lookup_share

        share = lookup_share(settings.x_monthly_posts, settings.recheck_hours, settings.x_recheck)
        return x.cursor_age(cursor, settings.x_monthly_posts - share, share)
    return None


def track_finding(name: str, track: str) -> Probed | None:
    """Return whether a source that is asked for some posts only can be asked for TRACK; None for any other source."""
    if name != "x":
        return None
    from pipeline.sources.x import probe as x

    return x.track_finding(track)
