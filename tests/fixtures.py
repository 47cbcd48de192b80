"""What tests of several folders have in common: a small checkpoint, authorities of certificates, logs as they were."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
import structlog

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.integration.authority import Authority


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint that computes in no time, for tests that only read it."""
    from tests.integration.process import save_checkpoint  # noqa: PLC0415 - torch, which most runs do without

    return save_checkpoint(tmp_path_factory.mktemp("checkpoint") / "tiny")


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """Signs the certificates of a test."""
    from tests.integration.authority import Authority  # noqa: PLC0415 - a third of a second, for those that need one

    return Authority(tmp_path / "ours")


@pytest.fixture
def foreign(tmp_path: Path) -> Authority:
    """Another one, that nobody trusts by itself."""
    from tests.integration.authority import Authority  # noqa: PLC0415 - as above

    return Authority(tmp_path / "foreign")


@pytest.fixture(autouse=True)
def _restored_logs() -> Iterator[None]:
    """Leaves logs as they were, whatever commands of this process make of them.

    For every test: lines of the next one would go to what the last one captured by, which is closed.
    """
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers[:], root.level = handlers, level
