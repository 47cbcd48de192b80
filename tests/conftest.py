"""Fixtures of every kind of test: brokers, which tests of any folder may need."""

from __future__ import annotations

pytest_plugins = ["tests.brokers.fixtures"]
