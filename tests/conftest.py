"""What every kind of test has: brokers, which tests of any folder may need, and properties checked without a clock."""

from __future__ import annotations

import os
import tempfile

from hypothesis import HealthCheck, settings

settings.register_profile("unhurried", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")  # a busy machine fails no test

pytest_plugins = ["tests.brokers.fixtures", "tests.fixtures"]

_CACHE = "EMOTAG_CACHE"
_made: list[tempfile.TemporaryDirectory[str]] = []


def pytest_configure() -> None:
    """Fold tables once for a whole run, all its workers and the processes that they start, and not into the home."""
    if _CACHE not in os.environ:
        _made.append(tempfile.TemporaryDirectory(prefix="emotag-tests-"))
        os.environ[_CACHE] = _made[0].name


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    if _made:
        _made.pop().cleanup()
        del os.environ[_CACHE]
