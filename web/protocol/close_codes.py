"""Close codes of the socket: why it is closed, and whether the browser reconnects by itself."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Close:
    """A close code. `again`: range of ms after which the browser reconnects by itself, None where it must not."""

    code: int
    name: str
    again: tuple[int, int] | None
    meaning: str

    def reason(self) -> str:
        """Return the text of the close frame: the name, and the delay drawn for this client if it shall reconnect."""
        return f"{self.name}; come back in {random.randint(*self.again)} ms" if self.again else self.name


CLOSES = {
    close.name: close
    for close in (
        Close(1000, "bye", None, "the client closed"),
        Close(1001, "going_away", (0, 5_000), "this web process ends"),
        Close(1002, "protocol_error", None, "bytes that are no WebSocket frames"),
        Close(1007, "not_text", None, "text that is not UTF-8"),
        Close(1011, "internal", (1_000, 10_000), "an error of ours, logged"),
        Close(1013, "process_full", (2_000, 10_000), "SOCKETS_MAX sockets are open in this process"),
        Close(4008, "too_slow", (1_000, 5_000), "nothing could be written for a minute"),
        Close(4029, "too_many_sockets", (10_000, 30_000), "SOCKETS_PER_ADDRESS sockets are open from this address"),
        Close(4400, "bad_message", None, "a message that is no JSON object, or a binary one"),
        Close(4401, "signed_out", None, "ACCESS_TOKEN is set and this client has not signed in"),
        Close(4413, "message_too_big", None, "a message over MESSAGE_MAX_KB"),
        Close(4429, "too_many_messages", None, "more than MESSAGES_PER_SECOND"),
    )
}
"""Every close code by name. Where `again` is None the browser stays away until a person acts."""
