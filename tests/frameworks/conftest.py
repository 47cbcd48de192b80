"""In `make test`, only frameworks run whose packages are in the development environment; `make integrations` has them all."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

from packaging.requirements import Requirement

HERE = Path(__file__).parent


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out a framework that is not installed here."""
    if collection_path.parent != HERE or not (collection_path / "requirements.txt").is_file():
        return None
    lines = (collection_path / "requirements.txt").read_text().splitlines()
    names = [Requirement(line.split("#")[0]).name for line in lines if line.split("#")[0].strip()]
    return True if not all(map(_installed, names)) else None


def _installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True
