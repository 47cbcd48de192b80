"""Short ways to say things in the tests of engines."""

from __future__ import annotations

from emotag_service.kafka.records.codec import Reading


def readings(*texts: str) -> list[Reading]:
    return [Reading(text) for text in texts]
