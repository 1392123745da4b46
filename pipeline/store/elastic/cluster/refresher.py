"""Refreshing, so that what was written can be searched: one request for all who ask at the same time.

Not under gevent: there only a few threads ask, and their hubs would have to share a lock that waits for the network.
"""

from __future__ import annotations

import threading

import msgspec

from pipeline.store.elastic.cluster.client import ElasticClient, is_patched, path_to

TIMEOUT_S = 10.0


class Refresher:
    """Refreshes indices. A caller is served by a refresh that began after it asked; callers that wait share one."""

    def __init__(self, client: ElasticClient, index: str) -> None:
        self._client = client
        self._path = path_to(index, "_refresh")
        self._asking = threading.Lock()
        self._running = threading.Lock()
        self._asked = 0
        self._served = 0

    def __call__(self, timeout_s: float = TIMEOUT_S) -> None:
        """Return once all that was written before this call can be searched."""
        if is_patched():
            self._refresh(timeout_s)
            return
        with self._asking:
            self._asked += 1
            mine = self._asked
        with self._running:
            if self._served >= mine:
                return
            with self._asking:
                everyone = self._asked
            self._refresh(timeout_s)
            self._served = everyone

    def _refresh(self, timeout_s: float) -> None:
        params = {"ignore_unavailable": "true", "allow_no_indices": "true"}
        self._client.request("POST", self._path, into=msgspec.Raw, params=params, timeout_s=timeout_s)


_refreshers: dict[tuple[int, str], Refresher] = {}
_making = threading.Lock()


def refresher(client: ElasticClient, index: str) -> Refresher:
    """Return the one refresher of an index that all stores over a client share."""
    with _making:
        return _refreshers.setdefault((id(client), index), Refresher(client, index))
