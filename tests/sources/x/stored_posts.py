"""Posts that an API on this machine has for look-ups."""

from __future__ import annotations

from tests.sources.simulators.x import XApi, post


def have(api: XApi, *texts: str) -> list[str]:
    envelopes = [post(number, text) for number, text in enumerate(texts)]
    for envelope in envelopes:
        api.lookups.have(envelope)
    return [f"x:{envelope['data']['id']}" for envelope in envelopes]
