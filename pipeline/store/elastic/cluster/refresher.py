"""Index refresher: makes earlier writes searchable, with one request for all threads that ask at the same time.

All stores over one client share the refresher of an index. Under gevent each caller sends its own request: few threads
refresh there, and their hubs would have to share a lock that waits for the network.
"""

from __future__ import annotations

import threading

import msgspec

from pipeline.store.elastic.cluster.client import ElasticClient, is_patched, path_to

REFRESH_TIMEOUT_S = 10.0


class Refresher:
    """Refreshes an index. A refresh that began after a call serves the caller; callers that wait share one."""

    def __init__(self, client: ElasticClient, index: str) -> None:
        self._client = client
        self._path = path_to(index, "_refresh")
        self._counting = threading.Lock()
        self._running = threading.Lock()
        self._calls = 0
        self._served_calls = 0

    def __call__(self, timeout_s: float = REFRESH_TIMEOUT_S) -> None:
        """Make all earlier writes searchable.

        Raises:
            StoreUnavailable: the server did not answer within `timeout_s`, or cannot refresh now.
        """
        if is_patched():
            self._refresh(timeout_s)
            return
        with self._counting:
            self._calls += 1
            mine = self._calls
        with self._running:
            if self._served_calls >= mine:
                return
            with self._counting:
                all_calls = self._calls
            self._refresh(timeout_s)
            self._served_calls = all_calls

    def _refresh(self, timeout_s: float) -> None:
        params = {"ignore_unavailable": "true", "allow_no_indices": "true"}
        self._client.request("POST", self._path, into=msgspec.Raw, params=params, timeout_s=timeout_s)


_refreshers: dict[tuple[int, str], Refresher] = {}
_refreshers_lock = threading.Lock()


def refresher(client: ElasticClient, index: str) -> Refresher:
    """Return the refresher of an index, which all stores over a client share."""
    with _refreshers_lock:
        return _refreshers.setdefault((id(client), index), Refresher(client, index))
