"""gunicorn's gevent worker, taught to drain: at SIGTERM every client is told to come back elsewhere, then it ends."""

from __future__ import annotations

from typing import Any

import gevent
from gunicorn.workers.ggevent import GeventWorker


class Worker(GeventWorker):  # type: ignore[misc]  # gunicorn has no types
    """The gevent worker that says goodbye."""

    def handle_exit(self, sig: int, frame: Any) -> None:
        """SIGTERM: stop accepting, tell the clients; the answers under way are finished."""
        super().handle_exit(sig, frame)
        gevent.spawn(self.drain)

    def handle_quit(self, _sig: int, _frame: Any) -> None:
        """SIGINT, SIGQUIT: the same."""
        self.alive = False
        gevent.spawn(self.drain)

    def drain(self) -> None:
        """End every socket and stream with "going away, come back"; the second call finds nothing to do."""
        app = getattr(self, "wsgi", None)
        web = getattr(app, "extensions", {}).get("murmur")
        if web is not None:
            web.drain()
