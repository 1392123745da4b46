"""Status line: keeps what upkeep's tick and the sources last reported, and sends every client a `stats` message of it.

The message carries `after`, from which a client may resume, only while no post is missing. The reason of an outage is
redacted.
"""

from __future__ import annotations

import time
from typing import Any

from pipeline.broker.store_outage import Outage
from pipeline.settings import Settings
from web.live.clients.connections import Connections
from web.live.error_text_redaction import redacted
from web.live.fanout.broadcaster import Broadcaster
from web.live.fanout.watermark import Watermark
from web.live.presence import Presence
from web.live.recovery.loss_tracker import Losses
from web.protocol.frames import Frame, frame
from web.protocol.server_messages import SourceState, Stats


class StatusLine:
    """The last reports, and the `stats` frame made of them."""

    def __init__(
        self,
        *,
        settings: Settings,
        connections: Connections,
        presence: Presence,
        broadcaster: Broadcaster,
        watermark: Watermark,
        losses: Losses,
    ) -> None:
        self._settings = settings
        self._connections = connections
        self._presence = presence
        self._broadcaster = broadcaster
        self._watermark = watermark
        self._losses = losses
        self._tick_at = 0.0
        self.indexed = 0
        """Posts stored."""
        self.rate = 0.0
        """Posts stored a second."""
        self.sources: dict[str, SourceState] = {}
        self.outage: Outage | None = None

    @property
    def tick_age_s(self) -> float:
        """Seconds since upkeep's last tick, infinity before the first."""
        return time.monotonic() - self._tick_at if self._tick_at else float("inf")

    @property
    def connected(self) -> int:
        """Users connected to all web processes."""
        return max(self._presence.connected, len(self._connections.clients))

    def on_tick(self, tick: dict[str, Any]) -> None:
        """Take upkeep's tick and send the status to every client."""
        self.indexed = int(tick["indexed"])
        self.rate = float(tick["rate"])
        self.sources = {row["name"]: _source_state(row) for row in tick["sources"]}
        self.outage = self._outage_of(tick.get("outage"))
        self._tick_at = time.monotonic()
        self._broadcaster.flush()
        self.broadcast()

    def on_source(self, row: dict[str, Any]) -> None:
        """Take a source's report and send the status to every client."""
        self.sources[row["name"]] = _source_state(row)
        self._broadcaster.flush()
        self.broadcast()

    def broadcast(self) -> None:
        """Send the status to every client."""
        self._broadcaster.broadcast(self.frame())

    def frame(self) -> Frame:
        """Return the `stats` frame of now. It carries `after` only while no post is missing."""
        sources = list(self.sources.values())
        behind, safe = self._losses.behind, self._watermark.safe
        stats = Stats(
            indexed=self.indexed,
            rate=self.rate,
            connected=self.connected,
            sources=sources,
            source=sources[0] if sources else None,
            reconnecting=behind,
            outage=self.outage,
        )
        if not behind and safe:
            stats.after = safe
        return frame(stats)

    def _outage_of(self, row: dict[str, Any] | None) -> Outage | None:
        return Outage(int(row["since"]), redacted(str(row["why"]), self._settings)) if row else None


def _source_state(row: dict[str, Any]) -> SourceState:
    return SourceState(
        name=str(row["name"]),
        state=str(row["state"]),
        since=row.get("since"),
        lag_s=row.get("lag_s"),
        detail=str(row.get("detail") or ""),
        generated=bool(row.get("generated")),
    )
