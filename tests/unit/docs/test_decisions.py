"""docs/decisions: a page each, all of them in the index, and true of what is pinned."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "docs" / "decisions"
PARTS = ("Question.**", "Decided.**", "Why", "What it costs.**", "What would change it.**")
PAGES = sorted(set(FOLDER.glob("*.md")) - {FOLDER / "README.md"})


def test_the_index_has_every_page() -> None:
    listed = re.findall(r"^\| \[([a-z-]+\.md)\]", (FOLDER / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(listed) == [page.name for page in PAGES]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_says_what_a_reader_asks(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    places = [text.index(f"\n**{part}") for part in PARTS]
    assert places == sorted(places)
    assert len(text.splitlines()) <= 40


def test_the_versions_of_grpcio_are_those_that_are_pinned() -> None:
    text = (FOLDER / "grpcio.md").read_text(encoding="utf-8")
    constraints = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for name, source in (("grpcio==", constraints), ("grpcio-tools==", constraints), ("grpcio>=", project)):
        (version,) = set(re.findall(rf"^\s*\"?{name}([\d.]+)", source, re.MULTILINE))
        assert version in text, f"{name}{version}"
