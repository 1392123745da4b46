"""Thread that synchronises the rules with X, so that the reader's loop keeps its lease and can end meanwhile.

`result` returns the rules once it is done, and raises `XError` for a refusal or after a time limit.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from pipeline.sources.x.backoff import ANSWER, NETWORK
from pipeline.sources.x.client import XClient
from pipeline.sources.x.errors import XError
from pipeline.sources.x.rules.rule_plan import RulePlan
from pipeline.sources.x.rules.sync import SyncedRules, sync_rules

LONGEST_SYNC_S = 60.0
"""Seconds after which a synchronisation is given up, however slowly its calls are answered."""


class RuleSyncThread:
    """One synchronisation in a thread of its own. `plan` is called there too, because compiling searches takes time."""

    def __init__(self, client: XClient, plan: Callable[[int | None], RulePlan]) -> None:
        self._client = client
        self._plan = plan
        self._rules: SyncedRules | None = None
        self._error: XError | None = None
        self._began_s = time.monotonic()
        threading.Thread(target=self._run, name="x-rules", daemon=True).start()

    def _run(self) -> None:
        try:
            self._rules = sync_rules(self._client, self._plan)
        except XError as error:
            self._error = error
        except Exception as error:  # noqa: BLE001 - an answer may have any shape
            self._error = XError(ANSWER, f"X's answer about rules cannot be read: {type(error).__name__}: {error}")

    def result(self) -> SyncedRules | None:
        """Return the rules that X holds now, None until the synchronisation is done.

        Raises:
            XError: X refuses, or takes too long.
        """
        if self._error is not None:
            raise self._error
        if self._rules is None and time.monotonic() - self._began_s > LONGEST_SYNC_S:
            self.abandon()
            raise XError(NETWORK, "X takes too long to answer about rules")
        return self._rules

    def abandon(self) -> None:
        """Break off the call that the thread waits for."""
        self._client.stop()
