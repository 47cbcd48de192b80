"""What README and docs tell people to type is typed here, against the real service and a broker that is fresh."""

from __future__ import annotations

import importlib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from emotag.cli.commands import COMMANDS
from emotag_service.kafka.config import TagTopicConfig
from emotag_service.kafka.plan import Plan
from emotag_service.settings import make_settings
from tests.brokers.ports import stable_port
from tests.brokers.records import Seen, read_until, write
from tests.e2e.conftest import SHARED
from tests.e2e.pages import FILES, ROOT, Command, anchors, blocks, commands
from tests.e2e.sandbox import furnish

WRITTEN_TARGET, WRITTEN_KAFKA = "localhost:50051", "localhost:9092"
BIN = Path(sys.executable).parent

# Commands that begin so are not run. Those of emotag, of make and of tests.benchmarks are parsed all the same.
NOT_RUN = {
    "make ": "CI runs setup, demo, check and test themselves; bench takes minutes",
    "EMOTAG_TEST_KAFKA=": "make bench on Apache Kafka: minutes, and Java",
    "emotag train": "trains for minutes to hours",
    "emotag baselines": "trains for hours",
    "emotag bench": "a GPU, or half a minute; tests/unit/service/test_bench.py runs it",
    "python -m tests.benchmarks": "trains for hours",
    "emotag tag-topic --bootstrap kafka-1.example.org": "a cluster with TLS and logins; test_kafka_security.py has one",
    "emotag tag-topic --schema-registry": "a registry; tests/integration/kafka/test_schema_registry.py has one",
    "kafka-acls": "logins again",
    "docker": "a container engine; tests/unit/deploy holds the files against the programs",
    "pip install": "the package index, and gigabytes",
    "python docs/examples/": "frameworks of their own; tests/frameworks runs them",
    "protoc": "plug-ins of Go; `make check` compiles the contract",
    "cd clients/node": "test_node.py runs it where npm is",
    "curl": "test_http_page.py types it against an HTTP port",
}
WALKED = {
    "docs/security.md": "test_secured_service.py types it from top to bottom",
    "docs/operations.md": "test_operated_service.py does so",
    "docs/http.md": "test_http_page.py types it from top to bottom",
    "docs/a2a.md": "tests/integration/test_a2a_command.py types it from top to bottom",
    "docs/mcp.md": "tests/integration/test_mcp.py starts it as the page says",
}
IN_FRAMEWORKS = {
    "docs/scale.md": "tests/frameworks/spark and ray_data run its snippets: Spark and Ray are not installed here"
}
ELSEWHERE = {
    "from langgraph": "tests/frameworks/langchain runs it: LangGraph is not installed here",
    "import tritonclient": "tests/integration/test_inference.py runs it: Triton's client has no types",
}
EXITS = {"emotag data check DIR": 1}  # the sandbox has fewer rows than are registered
FOREGROUND = ("emotag serve", "emotag broker", "emotag tag-topic", "emotag dead-letters")  # have tests of their own

ALL = commands()
_CHECKS = [command for command in ALL if command.line.endswith("--check-config")]
RUN = [command for command in ALL if not command.line.startswith(tuple(NOT_RUN)) and command.page not in WALKED]
ONCE = [one for one in RUN if one in _CHECKS or not one.line.startswith((*FOREGROUND, "grpcurl"))]
GRPCURL = [command for command in RUN if command.line.startswith("grpcurl ")]
KAFKA = [command.line for command in RUN if command.line.startswith(FOREGROUND[1:])]
PYTHON = [
    (page, block)
    for page, block in blocks("python")
    if page not in IN_FRAMEWORKS and not any(map(block.count, ELSEWHERE))
]
SNIPPETS = [
    pytest.param(block, id=f"{page}-{number}") for number, (page, block) in enumerate(PYTHON) if page not in WALKED
]


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return furnish(tmp_path_factory.mktemp("sandbox"))


@contextmanager
def typed(line: str, folder: Path, ready: str, *, target: str = "") -> Iterator[subprocess.Popen[str]]:
    """A command that stays until it is told to stop, once it has printed `ready`; it has to end in order."""
    with subprocess.Popen(
        ["sh", "-c", f"exec {line}"], cwd=folder, env=environment(target), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            said = ""
            while ready not in said:
                shown = process.stdout.readline()
                assert shown, f"it ended:\n{said}"
                said += shown
            yield process
        finally:  # by SIGTERM also when a test fails: what it has started itself ends with it
            process.send_signal(signal.SIGTERM)
            try:
                rest, _ = process.communicate(timeout=120)
            finally:
                process.kill()
        assert process.returncode == 0, said + rest


def environment(target: str) -> dict[str, str]:
    """The variables of who types: emotag and python are those of this environment."""
    return {**os.environ, "EMOTAG_TARGET": target, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}


def run(line: str, folder: Path, *, target: str = "", code: int = 0) -> str:
    """Type a command; it has to end with `code`."""
    done = subprocess.run(
        ["sh", "-c", line],
        cwd=folder,
        env=environment(target),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def filled(line: str) -> str:
    """The line with what … stands for: options and data that the line above has."""
    for command, rest in (("evaluate", "DIR/text/goemotions/dev.jsonl.gz"), ("kafka-acls", WRITTEN_KAFKA)):
        if command in line:
            return line.replace("…", rest)
    return line


def test_there_is_something_to_type() -> None:
    assert len(ONCE) >= 15
    assert len(GRPCURL) >= 6
    assert len(SNIPPETS) >= 4
    assert all(any(command.line.startswith(start) for command in ALL) for start in NOT_RUN), "an exception too many"


@pytest.mark.parametrize("command", ONCE, ids=str)
def test_command(command: Command, service: str, sandbox: Path) -> None:
    line = filled(command.line).replace(WRITTEN_TARGET, service)
    assert run(line, sandbox, target=service, code=EXITS.get(command.line, 0)) or "--output" in line


def test_what_readme_shows_is_what_is_printed(service: str, sandbox: Path) -> None:
    """But for scores, which change with the checkpoint."""
    (block,) = [block for page, block in blocks("console") if page == "README.md" and "classify --local" in block]
    line, *shown = block.removeprefix("$ ").splitlines()
    printed = run(line.replace(".venv/bin/", ""), sandbox).splitlines()
    assert [re.sub(r"\d\.\d+", "#", one) for one in printed] == [re.sub(r"\d\.\d+", "#", one) for one in shown]


@pytest.mark.parametrize("command", GRPCURL, ids=str)
def test_grpcurl(command: Command, service: str, sandbox: Path) -> None:
    found = shutil.which("grpcurl") or shutil.which("grpcurl", path=str(SHARED / "tools"))
    if not found:
        pytest.skip("no grpcurl on the PATH")
    line = command.line.replace("grpcurl", found, 1).replace(WRITTEN_TARGET, service)
    answer = run(line, sandbox)
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


def test_serve(sandbox: Path) -> None:
    found = [
        command
        for command in RUN
        if command.line.startswith("emotag serve") and command not in _CHECKS and "--http-port" not in command.line
    ]
    assert len(found) == 2
    for command in found:
        ready = '"event": "ready"' if "--workers" in command.line else '"event": "serving"'
        with typed(f"env EMOTAG_PORT={stable_port()} {command.line}", sandbox, ready=ready):
            pass


def test_the_kafka_road_in_the_order_of_readme(sandbox: Path) -> None:
    """A fresh broker, the tagger before any message, then what agents say, dead letters, and a dry run of what follows."""
    bootstrap = f"127.0.0.1:{stable_port()}"
    broker, tagger, dry_run, listing, replay = (
        line.replace(WRITTEN_KAFKA, bootstrap).replace("--port 9092", f"--port {bootstrap.partition(':')[2]}")
        for line in sorted(KAFKA, key=_turn)
    )
    with typed(broker, sandbox, ready="Ctrl-C stops it."):
        with typed(tagger, sandbox, ready='"event": "partitions assigned"'):
            said = [b'{"sender": "coder", "text": "Thank you so much!"}', b'{"sender": "coder"}']
            write(bootstrap, "agent.messages", [Seen(value) for value in said])
            (tagged,) = read_until(bootstrap, "agent.messages.tagged", count=1)
            (letter,) = read_until(bootstrap, "agent.messages.dead-letters", count=1)
            assert tagged.header("emotion-label") == b"joy"
            assert _shown_record().startswith((tagged.value or b"").decode()[:70])
            shown, real = (json.loads(each)["emotion"] for each in (_shown_record(), tagged.value or b""))
            assert shown.pop("confidence") == pytest.approx(
                real["confidence"], abs=0.01
            )  # kernels round in their own way
            assert shown == {name: real[name] for name in shown}
            assert letter.value == said[1]
            run(listing, sandbox)
            run(replay, sandbox)
        write(bootstrap, "agent.messages", [Seen(said[0])])
        assert '["emotion-label", "joy"]' in run(dry_run, sandbox)


def _turn(line: str) -> int:
    """Where in the story a Kafka command comes; fails for one that has no part in it."""
    parts = (
        r"broker ",
        r"tag-topic (?!.*--dry-run)",
        r"tag-topic .*--dry-run",
        r"dead-letters list",
        r"dead-letters replay",
    )
    (turn,) = [turn for turn, part in enumerate(parts) if re.match(f"emotag {part}", line)]
    return turn


def _shown_record() -> str:
    """The tagged record that README shows, without the rest that it leaves out."""
    shown = (ROOT / "README.md").read_text(encoding="utf-8").partition("comes out as\n\n```json\n")[2]
    return shown.partition("\n")[0].replace(", …", "")


@pytest.mark.parametrize("command", [one for one in ALL if one not in RUN], ids=str)
def test_what_is_not_run_is_understood(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    words = shlex.split(re.sub(r"\s\d?>.*", "", filled(command.line)))  # what is typed, without where it goes
    while "=" in words[0]:
        words.pop(0)
    program, *arguments = words
    if program == "emotag":
        _parse(*arguments)
    elif program == "make":
        makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
        assert re.search(rf"^{arguments[0]}:", makefile, re.MULTILINE)
    elif program == "python" and arguments[0].endswith(".py"):
        assert (ROOT / arguments[0]).is_file()
    elif program == "python":
        monkeypatch.setattr(sys, "argv", arguments[1:])
        name = arguments[1] + (".__main__" if (ROOT / arguments[1].replace(".", "/")).is_dir() else "")
        importlib.import_module(name)._arguments()
    elif program == "docker" and arguments[0] == "run":
        settings = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
        given = [word.partition("=")[0] for flag, word in pairwise(arguments) if flag == "--env"]
        assert given
        for variable in given:
            assert f"| `{variable.removeprefix('EMOTAG_').lower().replace('_', '-')}` |" in settings
        [published] = [word for flag, word in pairwise(arguments) if flag == "--publish"]
        dockerfile = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
        assert f"EXPOSE {published.rpartition(':')[2]}" in dockerfile
    elif program == "docker":
        assert (ROOT / arguments[arguments.index("--file") + 1]).is_file()
    else:
        others = {
            "kafka-acls",
            "pip",
            "protoc",
            "cd",
            "curl",
            "echo",
            "openssl",
            "chmod",
            "export",
            "while",
            "prometheus",
        }
        assert program in others, "say in NOT_RUN why it is not run, and here what holds"


def _parse(name: str, *arguments: str) -> None:
    args = COMMANDS[name].parser().parse_args(arguments)
    if name == "tag-topic":
        Plan(make_settings(TagTopicConfig, args))


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_python(snippet: str, service: str, sandbox: Path) -> None:
    typed_in = snippet.replace(WRITTEN_TARGET, service)
    printed = run(f"python -W error -c {shlex.quote(typed_in)}", sandbox, target=service).splitlines()
    assert printed[0].startswith("joy")
    assert len(printed) >= 2
    assert not any("Error" in line or "text:" in line for line in printed)


def test_python_is_typed(tmp_path: Path) -> None:
    files = [tmp_path / f"snippet_{number}.py" for number in range(len(PYTHON))]
    for file, (_, snippet) in zip(files, PYTHON, strict=True):
        file.write_text(snippet, encoding="utf-8")
    checks = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
    ]  # our own settings, so that what `make check` has read is not read again
    done = subprocess.run(
        [*checks, *map(str, files)], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_its_links_lead_somewhere(file: Path) -> None:
    for link, anchor in re.findall(r"\]\(([^)#:]*)(?:#([^)]*))?\)", file.read_text(encoding="utf-8")):
        page = file.parent / link if link else file
        assert page.exists(), link
        assert not anchor or anchor in anchors(page), f"{link}#{anchor}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_placeholder_is_left(file: Path) -> None:
    assert not re.findall(r"@[A-Z]+@", file.read_text(encoding="utf-8"))


def test_readme_can_be_read_in_one_go() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 140
