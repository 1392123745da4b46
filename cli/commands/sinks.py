"""Command `murmur sinks`: delivers matches to the plug-ins that SINKS names, each in a thread, until a signal.

A slow sink delays no other.
"""

from __future__ import annotations

import logging
import signal
import threading
from types import FrameType

from pipeline.assembly import Process, understand
from pipeline.errors import SettingsError
from pipeline.plugins import SINKS_GROUP, make
from pipeline.printable_text import protect_logs
from pipeline.settings import Settings
from pipeline.sinks.configured_searches import searches_by_sink
from pipeline.sinks.delivery_loop import DeliveryLoop

END_WITHIN_S = 5.0
"""Seconds that the end waits for a delivery under way; an unfinished one is repeated at the next start."""


def serve(settings: Settings) -> None:
    """Deliver to the sinks until a signal asks the process to end.

    Raises:
        SettingsError: SINKS names no sink, or one that cannot be used.
    """
    if not settings.sinks:
        raise SettingsError(["SINKS is empty: nothing to deliver to"])
    protect_logs()
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(message)s")
    searches = searches_by_sink(settings.sinks, understand)
    sinks = {name: make(SINKS_GROUP, name) for name in searches}
    ending = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ending.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    process = Process(settings, "sinks", connections=1)
    threads = []
    for name, sink in sinks.items():
        feeder = DeliveryLoop(
            name,
            sink,
            searches[name],
            redis=process.redis,
            names=process.names,
            order=process.order,
            registry=process.registry,
            store=process.store,
            wait=ending.wait,
        )
        threads.append(threading.Thread(target=feeder.run, name=f"sink-{name}", daemon=True))
    for thread in threads:
        thread.start()
    while not ending.wait(60.0):
        pass
    for thread in threads:
        thread.join(END_WITHIN_S)
