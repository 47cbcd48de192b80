"""What the pages name in backticks is there: files of the repository, and commands."""

from __future__ import annotations

import re

import pytest

from emotag.cli.commands import COMMANDS
from tests.e2e.pages import FILES, ROOT

# None that is built or installed.
FOLDERS = (".github", "clients", "deploy", "docs", "model", "protos", "service", "tests")
_KINDS = r"\.(?:cpp|h|html|js|json|md|proto|py|sh|toml|ts|txt|ya?ml)"
_FILE = re.compile(rf"(?:[\w.-]+/)+[\w.-]+{_KINDS}|[\w-]+\.py")
_COMMAND = re.compile(r"(?:^|[|&] )emotag ([a-z][\w-]*)")
_BLOCK = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)  # what stands there is typed, by tests/e2e/test_pages.py
NAMED = [
    (str(page.relative_to(ROOT)), span)
    for page in FILES
    for span in re.findall(r"`([^`\n]+)`", _BLOCK.sub("", page.read_text(encoding="utf-8")))
]


@pytest.fixture(scope="module")
def endings() -> list[str]:
    """Every file by its path, with a slash in front: of these a page may give the end."""
    files = [*ROOT.iterdir(), *(file for folder in FOLDERS for file in (ROOT / folder).rglob("*.*"))]
    return [f"/{file.relative_to(ROOT).as_posix()}" for file in files]


def test_files_are_there(endings: list[str]) -> None:
    words = [(page, word) for page, span in NAMED for word in span.split()]
    named = {(page, word.partition("::")[0].removeprefix("../")) for page, word in words}
    files = {(page, path) for page, path in named if _FILE.fullmatch(path)}
    assert len(files) > 40
    assert {(page, path) for page, path in files if not any(end.endswith(f"/{path}") for end in endings)} == set()


def test_commands_are_there() -> None:
    named = {(page, word) for page, span in NAMED for word in _COMMAND.findall(span)}
    assert {word for _, word in named} >= {"classify", "serve", "tag-topic"}
    assert {(page, word) for page, word in named if word not in COMMANDS} == set()
