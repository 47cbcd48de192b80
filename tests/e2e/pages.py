"""What the pages for people tell them to type: README, docs and deploy."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILES = sorted([ROOT / "README.md", ROOT / "deploy" / "README.md", *(ROOT / "docs").rglob("*.md")])
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.DOTALL | re.MULTILINE)
_COMMENT = re.compile(r"\s+# .*")
_HEADING = re.compile(r"^#{1,6} +(.*?) *$", re.MULTILINE)
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


@dataclass(frozen=True, slots=True)
class Command:
    """A line that is to be typed.

    Attributes:
        page: Where it stands, from the root of the repository.
        line: What is typed, without the prompt and a comment behind it; `.venv/bin/` left out.
    """

    page: str
    line: str

    def __str__(self) -> str:
        return f"{self.page}: {self.line[:80]}"


def blocks(kind: str) -> list[tuple[str, str]]:
    """All blocks of one language, each with its page."""
    return [
        (str(file.relative_to(ROOT)), block)
        for file in FILES
        for found, block in _BLOCK.findall(file.read_text(encoding="utf-8"))
        if found == kind
    ]


def commands() -> list[Command]:
    """All of them, each once however many pages have it."""
    lines: dict[str, Command] = {}
    for page, block in blocks("console"):
        for typed in block.splitlines():
            if typed.startswith("$ "):
                line = _COMMENT.sub("", typed[2:]).replace(".venv/bin/", "").strip()
                lines.setdefault(line, Command(page, line))
    return list(lines.values())


def anchors(page: Path) -> set[str]:
    """What a link to a part of a page may name: its headings, as GitHub spells them."""
    text = _BLOCK.sub("", page.read_text(encoding="utf-8"))  # a comment in a block is no heading
    found: Counter[str] = Counter()
    named = set()
    for heading in _HEADING.findall(text):
        words = re.sub(r"[^\w\- ]", "", _LINK.sub(r"\1", heading).lower()).replace(" ", "-")
        named.add(f"{words}-{found[words]}" if found[words] else words)
        found[words] += 1
    return named
