"""Resume points of an event stream: the sequence number up to which each of its searches is complete at the reader.

The id of an event is the least of them, because a browser sends one `Last-Event-ID` for the whole stream.
"""

from __future__ import annotations

from web.protocol.frames import Frame


class ResumePoints:
    """The `after` of each search of a stream, None until its history is complete."""

    __slots__ = ("_afters", "_keys")

    def __init__(self) -> None:
        self._afters: dict[str, int | None] = {}
        self._keys: dict[str, str] = {}

    def __len__(self) -> int:
        """Return the number of searches that are not refused."""
        return len(self._afters)

    def expect(self, watch_id: str) -> None:
        """Hold every id back until the history of this subscription is complete."""
        self._afters[watch_id] = None

    def note(self, frame: Frame) -> int | None:
        """Note a message that is about to be sent, and return the id of its event, None where it has none.

        After a `reset` the reader holds nothing of a search, and a former id would leave out what it held: 0 resumes
        from the beginning.
        """
        watch_id = frame.watch_id or ""
        if frame.kind == "subscribed":
            self._keys[watch_id] = frame.key
            return None
        if frame.kind == "error":
            self._afters.pop(watch_id, None)
            return None
        if frame.kind in ("reset", "lagged"):
            self._afters[watch_id] = None
            return 0 if frame.kind == "reset" else None
        if frame.after is None:
            return None
        for one, after in self._afters.items():
            if frame.kind == "history":
                if one == watch_id:
                    self._afters[one] = frame.after
            elif after is not None and frame.key in ("", self._keys.get(one)):
                self._afters[one] = max(after, frame.after)
        return self._least()

    def _least(self) -> int | None:
        complete = [after for after in self._afters.values() if after is not None]
        return min(complete) if complete and len(complete) == len(self._afters) else None
