"""docs/configuration.md lists the settings that there are, and its file is one that the commands take."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from emotag.cli.commands import COMMANDS
from emotag_service.config import ServeConfig
from emotag_service.kafka.config import TagTopicConfig
from emotag_service.settings import make_settings

DOCS = Path(__file__).parents[3] / "docs"


def test_it_is_fresh() -> None:
    done = subprocess.run(
        [sys.executable, DOCS / "generate.py", "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize(("command", "kind"), [("serve", ServeConfig), ("tag-topic", TagTopicConfig)])
def test_its_file_is_taken(command: str, kind: type, tmp_path: Path) -> None:
    (block,) = re.findall(r"^```toml\n(.*?)^```", (DOCS / "configuration.md").read_text(), re.DOTALL | re.MULTILINE)
    file = tmp_path / "emotag.toml"
    file.write_text(block, encoding="utf-8")
    args = COMMANDS[command].parser(environment={"EMOTAG_CONFIG": str(file)}).parse_args([])
    assert make_settings(kind, args).ops_port == (9464 if command == "serve" else None)
