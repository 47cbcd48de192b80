"""The broker that ships, as a broker of the tests."""

from __future__ import annotations

from pathlib import Path

from emotag_service.kafka.cluster.embedded import EmbeddedBroker
from tests.brokers.ports import stable_port


class Embedded(EmbeddedBroker):
    """On a port that stays its own through restarts, with data in memory where there is a place for it."""

    name = "embedded"

    def __init__(self, data: Path | None = None) -> None:
        super().__init__(stable_port(), data)
