"""A cluster of somebody else's, which EMOTAG_TEST_BOOTSTRAP names."""

from __future__ import annotations

import os

from tests.brokers.admin import admin

VARIABLE = "EMOTAG_TEST_BOOTSTRAP"


class External:
    """It is up, or every test on it fails; it is never stopped."""

    name = "external"
    pid = None

    @property
    def bootstrap(self) -> str:
        return os.environ[VARIABLE]

    def start(self) -> None:
        admin(self.bootstrap).list_topics(timeout=30)

    def stop(self) -> None:
        raise AssertionError("a test that stops brokers has to say needs(broker, Capability.RESTART)")

    kill = stop

    def close(self) -> None:
        """It stays as it is."""
