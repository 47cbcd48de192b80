"""`emotag broker` as people run it."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from emotag.cli.main import main
from emotag_service.cli.broker import PARTITIONS
from tests.brokers.admin import partition_count
from tests.brokers.records import read

Command = Callable[..., Awaitable["Running"]]


class Running:
    """The command, which has printed what it prints when it is up."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.printed = ""

    @property
    def bootstrap(self) -> str:
        found = re.search(r"127\.0\.0\.1:\d+", self.printed)
        assert found, self.printed
        return found[0]

    @property
    def child(self) -> psutil.Process:
        (child,) = psutil.Process(self.process.pid).children()
        return child

    async def until_up(self) -> None:
        assert self.process.stdout is not None
        async with asyncio.timeout(60):
            self.printed = (await self.process.stdout.readuntil(b"Ctrl-C stops it.\n")).decode()

    async def end(self) -> tuple[int | None, str, str]:
        """Exit code, and what else it printed."""
        async with asyncio.timeout(60):
            out, err = await self.process.communicate()
        return self.process.returncode, out.decode().strip(), err.decode().strip()


@pytest_asyncio.fixture
async def broker() -> AsyncIterator[Command]:
    """Starts `emotag broker` on a free port, with these options more."""
    started: list[Running] = []

    async def start(*options: str) -> Running:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "emotag", "broker", "--port", "0", *options, stdout=-1, stderr=-1
        )
        started.append(Running(process))
        await started[-1].until_up()
        return started[-1]

    yield start
    for one in started:
        if one.process.returncode is None:
            one.process.terminate()
            await one.end()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_signals_stop_it_in_order(broker: Command, number: signal.Signals) -> None:
    running = await broker()
    child = running.child
    assert "NOT FOR PRODUCTION" in running.printed
    assert "gone when it stops" in running.printed
    running.process.send_signal(number)
    assert await running.end() == (0, "emotag broker: stopped", "")
    assert not child.is_running()


async def test_a_second_ctrl_c_does_not_wait_until_it_has_saved(broker: Command) -> None:
    running = await broker()
    child = running.child
    child.suspend()
    while running.process.returncode is None:  # how soon it hears the first is not known
        running.process.send_signal(signal.SIGINT)
        await asyncio.wait((asyncio.ensure_future(running.process.wait()),), timeout=0.3)
    assert (await running.end())[0] in {130, -signal.SIGINT}  # the latter by one that comes while it exits
    assert not child.is_running()


async def test_what_it_teaches_works_as_it_is_printed(broker: Command, tmp_path: Path) -> None:
    running = await broker("--data", str(tmp_path / "data"))
    assert f"stay in {tmp_path / 'data'}" in running.printed
    (typed,) = re.findall(r"^\S+ - <<'EOF'\n.*?\nEOF\n", running.printed, re.DOTALL | re.MULTILINE)
    environment = {**os.environ, "PYTHONWARNINGS": "error"}
    done = await asyncio.to_thread(
        subprocess.run, ["sh", "-c", typed], capture_output=True, text=True, timeout=60, check=False, env=environment
    )
    assert done.returncode == 0, done.stderr
    (said,) = await asyncio.to_thread(read, running.bootstrap, "agent.messages")
    assert said.value == b'{"sender": "coder", "text": "Thank you so much!"}'
    assert f"tag-topic --bootstrap {running.bootstrap} --input agent.messages " in running.printed


async def test_its_topics_are_there_before_the_first_message(broker: Command, tmp_path: Path) -> None:
    for options, topics in (((), ["agent.messages"]), (("--topic", "a", "--topic", "b"), ["a", "b"])):
        running = await broker(*options)
        counts = [await asyncio.to_thread(partition_count, running.bootstrap, topic) for topic in topics]
        assert counts == [PARTITIONS] * len(topics)
        assert f"--input {topics[0]} --output {topics[0]}.tagged " in running.printed


async def test_its_topics_are_kept_with_their_data(broker: Command, tmp_path: Path) -> None:
    for _ in range(2):
        running = await broker("--data", str(tmp_path / "data"))
        running.process.send_signal(signal.SIGTERM)
        assert await running.end() == (0, "emotag broker: stopped", "")


def test_a_topic_that_cannot_be(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["broker", "--port", "0", "--topic", "a b"]) == 2
    assert capfd.readouterr().err.startswith("emotag broker: error: 'a b' cannot be the name of a topic")


async def test_its_death_is_told(broker: Command) -> None:
    running = await broker()
    running.child.kill()
    code, _, err = await running.end()
    assert code == 1
    assert err.startswith("emotag broker: error: the broker ended with exit code -9:\n")
    assert running.bootstrap in err, "what it had printed"


async def test_a_port_in_use(broker: Command, capfd: pytest.CaptureFixture[str]) -> None:
    port = (await broker()).bootstrap.partition(":")[2]
    code = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "emotag", "broker", "--port", port], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (code.returncode, code.stdout) == (1, "")
    assert code.stderr == (
        f"emotag broker: error: port {port} of 127.0.0.1 is in use; choose another, or 0 for a free one\n"
    )


def test_a_port_that_cannot_be(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["broker", "--port", "70000"])
    assert caught.value.code == 2
    assert "--port: must be from 0 to 65535, not '70000'" in capfd.readouterr().err


def test_a_folder_that_is_a_file(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    assert main(["broker", "--port", "0", "--data", str(tmp_path / "file")]) == 1
    assert capfd.readouterr().err.startswith(f"emotag broker: error: {tmp_path / 'file'}: ")


def test_without_its_extra(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "noida_db", None)
    assert main(["broker", "--port", "0"]) == 2
    expected = "emotag broker: error: needs noida_db; install it with: pip install 'emotag[demo]'\n"
    assert capfd.readouterr().err == expected


def test_help_teaches(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["broker", "--help"])
    out = capfd.readouterr().out
    assert caught.value.code == 0
    assert "NOT FOR PRODUCTION" in out
    assert "example:\n  emotag broker" in out
    assert out.count("(default: ") == 3
