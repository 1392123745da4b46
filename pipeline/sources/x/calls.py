"""What is asked of X beside the stream: in a thread of its own, so that the reader keeps its lease and can end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from pipeline.sources.x.client import Trouble, XClient
from pipeline.sources.x.pauses import ANSWER, NETWORK
from pipeline.sources.x.rules.asked import Asked
from pipeline.sources.x.rules.ruleset import Kept, keep

LONGEST_CALL_S = 60.0
"""A call about rules that takes longer, however slowly it is answered, is given up."""


class RuleCall:
    """Makes X hold the rules that `asking` gives; searches are compiled in its thread as well."""

    def __init__(self, client: XClient, asking: Callable[[int | None], Asked]) -> None:
        self._client = client
        self._asking = asking
        self._kept: Kept | None = None
        self._trouble: Trouble | None = None
        self._began_s = time.monotonic()
        threading.Thread(target=self._run, name="x-rules", daemon=True).start()

    def _run(self) -> None:
        try:
            self._kept = keep(self._client, self._asking)
        except Trouble as trouble:
            self._trouble = trouble
        except Exception as error:  # noqa: BLE001 - an answer of another shape than X's
            self._trouble = Trouble(ANSWER, f"X's answer about rules cannot be read: {type(error).__name__}: {error}")

    def result(self) -> Kept | None:
        """Return what X holds; None while it has not answered.

        Raises:
            Trouble: it refused, or takes too long.
        """
        if self._trouble is not None:
            raise self._trouble
        if self._kept is None and time.monotonic() - self._began_s > LONGEST_CALL_S:
            self.abandon()
            raise Trouble(NETWORK, "X takes too long to answer about rules")
        return self._kept

    def abandon(self) -> None:
        """Break it off."""
        self._client.stop()
