"""In `make test`, only frameworks run whose packages are in the development environment; `make integrations` has them all."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.frameworks.observers import WRONG, Broken, Watch, watching
from tests.messages import at_hand, spread

HERE = Path(__file__).parent


@pytest.fixture
def watch() -> Iterator[Watch]:
    with watching() as found:
        yield found


@pytest.fixture(scope="session")
def messages() -> list[str]:
    """Two hundred of those that every way in is given."""
    return spread(at_hand(), 200)


@pytest.fixture(params=WRONG)
def broken(request: pytest.FixtureRequest) -> Iterator[Broken]:
    with WRONG[request.param]() as observer:
        yield Broken(observer)


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out a framework that is not installed here."""
    if collection_path.parent != HERE or not (collection_path / "requirements.txt").is_file():
        return None
    lines = [line for file in collection_path.glob("*.txt") for line in file.read_text().splitlines()]
    names = [Requirement(line.split("#")[0]).name for line in lines if line.split("#")[0].strip()]
    return True if not all(map(_installed, names)) else None


def _installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True
