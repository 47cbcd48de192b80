"""What every kind of test has: brokers, which tests of any folder may need, and properties checked without a clock."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("unhurried", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")  # a busy machine fails no test

pytest_plugins = ["tests.brokers.fixtures"]
