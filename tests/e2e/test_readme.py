"""What README tells people to type is typed here, against the real service."""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from emotag.cli.commands import COMMANDS as COMMANDS_BY_NAME
from emotag_service.kafka.config import TagTopicConfig
from emotag_service.kafka.plan import Plan
from emotag_service.settings import read_settings
from tests.brokers.protocol import Broker
from tests.brokers.records import Seen, write
from tests.e2e.conftest import SHARED

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
WRITTEN_TARGET, WRITTEN_KAFKA = "localhost:50051", "localhost:9092"
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, re.DOTALL)
COMMANDS = [
    line[2:] for kind, block in BLOCKS if kind == "console" for line in block.splitlines() if line.startswith("$ ")
]
GRPCURL_LINES = [command for command in COMMANDS if command.startswith("grpcurl ")]
EMOTAG_LINES = [command for command in COMMANDS if re.match(r"\.venv/bin/emotag (classify|info)", command)]
KAFKA_LINES = [
    command for command in COMMANDS if re.match(r"\.venv/bin/emotag (tag-topic|broker|dead-letters)", command)
]
SNIPPETS = [block for kind, block in BLOCKS if kind == "python"]


def run(command: list[str], target: str) -> str:
    """Run a command that is meant for `target`; it has to succeed."""
    environment = {**os.environ, "EMOTAG_TARGET": target}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def grpcurl() -> str:
    found = shutil.which("grpcurl") or shutil.which("grpcurl", path=str(SHARED / "tools"))
    if not found:
        pytest.skip("no grpcurl on the PATH")
    return found


def test_there_is_something_to_type() -> None:
    assert len(GRPCURL_LINES) >= 5
    assert len(EMOTAG_LINES) >= 3
    assert len(SNIPPETS) == 2
    assert len(KAFKA_LINES) >= 6


@pytest.mark.parametrize("line", GRPCURL_LINES)
def test_grpcurl(line: str, grpcurl: str, service: str) -> None:
    _, *arguments = shlex.split(line.replace(WRITTEN_TARGET, service))
    answer = run([grpcurl, *arguments], service)
    expected = {
        "list": "emotag.v1.EmotionService",
        "describe": "rpc StreamClassify",
        "Classify": '"label": "joy"',
        "StreamClassify": '"m1"',
        "GetModelInfo": '"name": "sentiment"',
        "Check": '"status": "SERVING"',
    }
    last_word = next(word for word in expected if re.search(rf"(\s|/){word}(\s|$)", line))
    assert expected[last_word] in answer
    assert '"error"' not in answer


@pytest.mark.parametrize("line", EMOTAG_LINES)
def test_emotag(line: str, service: str) -> None:
    _, *arguments = shlex.split(line, comments=True)
    assert run([str(Path(sys.executable).with_name("emotag")), *arguments], service)


@pytest.mark.parametrize("line", KAFKA_LINES)
def test_kafka_commands_are_understood(line: str) -> None:
    _, name, *arguments = shlex.split(line)
    module = COMMANDS_BY_NAME[name].load()
    parser = argparse.ArgumentParser()
    module.add_arguments(parser)
    options = vars(parser.parse_args(arguments))
    if name == "tag-topic":
        Plan(read_settings(TagTopicConfig, options, {}))


def test_the_dry_run_shows_what_would_be_written(new_topic: Callable[..., str], embedded_broker: Broker) -> None:
    topic = new_topic(embedded_broker, "in")
    write(
        embedded_broker.bootstrap, topic, [Seen(b'{"sender": "coder", "text": "Thank you so much, you made my day!"}')]
    )
    [line] = [line for line in KAFKA_LINES if "--dry-run" in line]
    typed = line.replace(WRITTEN_KAFKA, embedded_broker.bootstrap).replace("agent.messages", topic)
    _, *arguments = shlex.split(typed)
    [shown] = run([sys.executable, "-m", "emotag", *arguments], WRITTEN_TARGET).splitlines()
    assert json.loads(shown)["topic"] == f"{topic}.tagged"
    assert ["emotion-label", "joy"] in json.loads(shown)["headers"]


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_python(snippet: str, service: str) -> None:
    printed = run([sys.executable, "-W", "error", "-c", snippet.replace(WRITTEN_TARGET, service)], service).splitlines()
    assert printed[0].startswith("joy ")
    if WRITTEN_TARGET in snippet:
        assert len(printed) == 5, "one line for the tag, one for the two, three for the stream"
    else:
        assert len(printed) == 2, "one line for each message that is tagged in process"


def test_python_is_typed(tmp_path: Path) -> None:
    files = [tmp_path / f"snippet_{number}.py" for number in range(len(SNIPPETS))]
    for file, snippet in zip(files, SNIPPETS, strict=True):
        file.write_text(snippet, encoding="utf-8")
    checks = [sys.executable, "-m", "mypy", "--strict", "--config-file", os.devnull, "--cache-dir", str(tmp_path)]
    done = subprocess.run([*checks, *map(str, files)], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout


def test_no_placeholder_is_left() -> None:
    assert not re.findall(r"@[A-Z]+@", README)


def test_its_files_are_there() -> None:
    for name in (
        "docs/architecture.md",
        "docs/kafka.md",
        "deploy/compose.yaml",
        "CONTRIBUTING.md",
        "constraints.txt",
        "clients/node/example.js",
        "protos/emotag/v1",
    ):
        assert (ROOT / name).exists(), name
