"""WebSocket server of a simulator: serves each connection in a thread, on a free port, until the test leaves it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Self

from websockets.sync.server import Server, ServerConnection, serve


class WebSocketServer:
    """Server whose threads wait for `_news` and end once `_closing` is set. `_serve` starts it."""

    port: int

    def _serve(self, play: Callable[[ServerConnection], None], **options: Any) -> None:
        self._news = threading.Condition()
        self._closing = False
        self._server: Server = serve(play, "127.0.0.1", 0, compression=None, **options)
        self.port = self._server.socket.getsockname()[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._news:
            self._closing = True
            self._news.notify_all()
        self._server.shutdown()
