"""One file alone reaches for names that are private to aiokafka: what a new version of it may break is found there."""

from __future__ import annotations

import ast
from pathlib import Path

import emotag_service.kafka
from emotag_service.kafka.cluster import aiokafka_private

FRONT = Path(emotag_service.kafka.__file__).parent
OWN = {"self", "cls"}
TUPLES = {"_asdict", "_replace", "_make", "_fields"}  # of named tuples: public in spite of the underscore


def private_names(source: str) -> list[str]:
    """Private attributes of anything but the object itself, and private names that are imported."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and not (isinstance(node.value, ast.Name) and node.value.id in OWN):
            found.append(node.attr)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("aiokafka"):
            found += [*(node.module or "").split("."), *(alias.name for alias in node.names)]
    return [name for name in found if name.startswith("_") and not name.startswith("__") and name not in TUPLES]


def test_no_other_file_reaches_for_one() -> None:
    files = [path for path in FRONT.rglob("*.py") if path != Path(aiokafka_private.__file__)]
    assert len(files) > 30
    found = {str(path.relative_to(FRONT)): private_names(path.read_text()) for path in files}
    assert {path: names for path, names in found.items() if names} == {}


def test_it_would_be_noticed() -> None:
    assert private_names(Path(aiokafka_private.__file__).read_text())
    assert private_names("producer._sender.wait()") == ["_sender"]
    assert private_names("from aiokafka.consumer import _fetcher") == ["_fetcher"]
    assert private_names("self._sender; pair._asdict(); self.__class__") == []
