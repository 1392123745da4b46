"""The queue between a reading thread and the reader's loop: bounded, in order, and never in the way of an end."""

from __future__ import annotations

import threading

from pipeline.sources.event_queue import MOST_TAKEN, EventQueue, StreamEvent
from tests.sources.background_reading import until


def test_events_come_in_order_and_at_most_a_chunk_at_once() -> None:
    events: EventQueue[StreamEvent] = EventQueue(2 * MOST_TAKEN)
    for number in range(MOST_TAKEN + 1):
        events.put(StreamEvent("line", number), threading.Event())
    assert [event.at_ms for event in events.take(0.01)] == list(range(MOST_TAKEN))
    assert [event.at_ms for event in events.take(0.01)] == [MOST_TAKEN]
    assert events.take(0.01) == []


def test_thread_waits_while_the_queue_is_full_and_ends_when_asked_to() -> None:
    events: EventQueue[StreamEvent] = EventQueue(1)
    stopping = threading.Event()
    events.put(StreamEvent("line", 1), stopping)
    waiting = threading.Thread(target=events.put, args=(StreamEvent("line", 2), stopping), daemon=True)
    waiting.start()
    assert [event.at_ms for event in events.take(0.01)] == [1]
    assert until(lambda: [event.at_ms for event in events.take(0.01)]) == [2]
    waiting.join(5)
    events.put(StreamEvent("line", 3), stopping)
    waiting = threading.Thread(target=events.put, args=(StreamEvent("line", 4), stopping), daemon=True)
    waiting.start()
    stopping.set()
    waiting.join(5)
    assert not waiting.is_alive()
