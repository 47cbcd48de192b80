"""What the code of the service is built like: files that can be read in one go, and one name for one thing."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import emotag_service

ROOT = Path(emotag_service.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
MOST_LINES = 400


def test_no_file_is_too_long_to_read_in_one_go() -> None:
    assert len(FILES) > 50
    lines = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in FILES}
    assert {path: count for path, count in lines.items() if count > MOST_LINES} == {}


def test_no_two_classes_have_one_name() -> None:
    homes: dict[str, list[str]] = defaultdict(list)
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                homes[node.name].append(str(path.relative_to(ROOT)))
    assert "Engine" in homes
    assert {name: places for name, places in homes.items() if len(places) > 1} == {}
