"""What every kind of test has: brokers, which tests of any folder may need, and properties checked without a clock."""

from __future__ import annotations

import os
import signal
import tempfile

from hypothesis import HealthCheck, settings

settings.register_profile("unhurried", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")  # a busy machine fails no test

pytest_plugins = ["tests.brokers.fixtures", "tests.fixtures"]

_CACHE = "EMOTAG_CACHE"
_THREADS = "OMP_NUM_THREADS"
_made: list[tempfile.TemporaryDirectory[str]] = []


def pytest_configure() -> None:
    """Give a whole run, all its workers and the processes that they start, one place for folded tables, not the home.

    And one thread to each sum of torch's: every core has a test of its own, and threads that wait for each other spin.
    """
    os.environ.setdefault(_THREADS, "1")
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # So a shell starts what it runs in the background, and whoever ignores a signal, so do those that it starts.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if _CACHE not in os.environ:
        _made.append(tempfile.TemporaryDirectory(prefix="emotag-tests-"))
        os.environ[_CACHE] = _made[0].name


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    if _made:
        _made.pop().cleanup()
        del os.environ[_CACHE]
