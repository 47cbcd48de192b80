"""Every way in that docs/ways.md lists stands on the page that it names, in what the tests of pages run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "ways.md"
_ROW = re.compile(r"^\| (?P<who>[^|]+) \| `(?P<line>(?:[^`|]|\\\|)+)` \| (?P<pages>.+) \|$", re.MULTILINE)
_BLOCK = re.compile(r"^```\w+\n(.*?)^```|^    (\S.*)$", re.DOTALL | re.MULTILINE)
ROWS = [match.groupdict() for match in _ROW.finditer(PAGE.read_text(encoding="utf-8"))]


def test_no_row_is_passed_over() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    assert len(ROWS) == len(rows) - 1 >= 20


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["who"])
def test_the_line_stands_on_its_page(row: dict[str, str]) -> None:
    pages = [(PAGE.parent / path).resolve() for path in re.findall(r"\]\(([^)]+)\)", row["pages"])]
    files = [page / "README.md" if page.is_dir() else page for page in pages]
    shown = [block or line for file in files for block, line in _BLOCK.findall(file.read_text(encoding="utf-8"))]
    line = row["line"].replace(r"\|", "|")
    assert any(line in block for block in shown), f"{line} is in no block of {files}"
