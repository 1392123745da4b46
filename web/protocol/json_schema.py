"""JSON Schema of the messages in both directions, made from their classes; `web/protocol.schema.json` is its copy.

The copy is published for clients' authors.
"""

from __future__ import annotations

from typing import Any

import msgspec

from web.protocol.client_messages import ClientMessage
from web.protocol.server_messages import ServerMessage


def schema() -> dict[str, Any]:
    """Return the JSON Schema of both directions: `#/$defs/ClientMessage` and `#/$defs/ServerMessage`."""
    (client, server), defs = msgspec.json.schema_components(
        (ClientMessage, ServerMessage), ref_template="#/$defs/{name}"
    )
    for name in ("Stats", "History"):
        defs[name]["required"] = [row for row in defs[name]["required"] if row != "after"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Murmuration's socket",
        "$defs": {**defs, "ClientMessage": client, "ServerMessage": server},
        "anyOf": [{"$ref": "#/$defs/ClientMessage"}, {"$ref": "#/$defs/ServerMessage"}],
    }
