"""`emotag demo`, with scripted servers in the place of the real one."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from emotag import InvalidArgumentError, Model, Tag
from emotag.cli import child, demo, demo_server
from emotag.cli.child import ChildFailedError
from emotag.cli.demo_script import SCRIPT
from emotag.cli.demo_server import DemoServer
from emotag.cli.demo_summary import Summary, quantile

if TYPE_CHECKING:
    from pathlib import Path

# A server that is healthy, and notes in a file how it was stopped.
HEALTHY = """
import signal, sys, threading
from concurrent.futures import ThreadPoolExecutor
import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

note, port = sys.argv[1], sys.argv[sys.argv.index("--port") + 1]
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
server = grpc.server(ThreadPoolExecutor(2))
servicer = health.HealthServicer()
servicer.set("", health_pb2.HealthCheckResponse.SERVING)
health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
server.add_insecure_port("127.0.0.1:" + port)
server.start()
signal.sigwait({signal.SIGTERM})
open(note, "w").write("SIGTERM")
server.stop(0).wait()
"""


def command(tmp_path: Path, code: str) -> tuple[str, ...]:
    (tmp_path / "server.py").write_text(code)
    return (sys.executable, str(tmp_path / "server.py"), str(tmp_path / "note"))


def test_the_script_is_worth_watching() -> None:
    assert 20 <= len(SCRIPT) <= 30
    assert 3 <= len({sender for sender, _ in SCRIPT}) <= 4
    assert sum(not text for _, text in SCRIPT) == 1


def test_against_a_running_server(emotag: Any) -> None:
    outcome = emotag("demo", "--fast", "--target", os.environ["EMOTAG_TARGET"])
    assert outcome.code == 0
    lines = outcome.out.splitlines()
    for (sender, text), line in zip(SCRIPT, lines[2:], strict=False):
        assert line.startswith(sender)
        assert line.endswith(text) if text else "INVALID_ARGUMENT" in line
    summary = "\n".join(lines[-5:])
    assert f"messages   {len(SCRIPT)}" in summary
    assert "errors     INVALID_ARGUMENT 1" in summary
    assert "p95" in summary
    assert "m 1 (d1)" in summary


def test_a_server_is_started_and_stopped_in_order(tmp_path: Path) -> None:
    with DemoServer(command(tmp_path, HEALTHY)) as server:
        assert server.exit_code is None
        assert server.target.startswith("127.0.0.1:")
    assert server.exit_code == 0
    assert (tmp_path / "note").read_text() == "SIGTERM"


def test_a_server_is_stopped_when_the_demo_fails(tmp_path: Path) -> None:
    server = DemoServer(command(tmp_path, HEALTHY))
    with pytest.raises(KeyboardInterrupt), server:
        raise KeyboardInterrupt
    assert server.exit_code == 0


def test_a_server_that_does_not_come_up_says_why(tmp_path: Path) -> None:
    failing = command(tmp_path, "import sys; sys.exit('no checkpoint here')")
    with pytest.raises(ChildFailedError, match="exit code 1:\nno checkpoint here"), DemoServer(failing):
        pytest.fail("it is not ready")


def test_a_server_that_is_never_ready_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_server, "READY_SECONDS", 0.3)
    server = DemoServer(command(tmp_path, "import time; print('thinking', flush=True); time.sleep(600)"))
    with pytest.raises(ChildFailedError, match="not ready"), server:
        pytest.fail("it is not ready")
    assert server.exit_code == -signal.SIGTERM


def test_a_server_that_ignores_sigterm_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "STOP_SECONDS", 0.3)
    stubborn = HEALTHY.replace("signal.sigwait({signal.SIGTERM})", "threading.Event().wait()")
    with DemoServer(command(tmp_path, stubborn)) as server:
        pass
    assert server.exit_code == -signal.SIGKILL


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_leave_no_server_behind(tmp_path: Path, number: int) -> None:
    arguments = command(tmp_path, HEALTHY)
    program = f"""
        import sys, time
        from emotag.cli import demo, demo_server
        from emotag.cli.main import main
        made = demo_server.DemoServer
        demo.DemoServer = lambda: made({arguments!r})
        def wait(target, pace):
            print("playing", flush=True)
            while True:  # not one blocking call: a signal just before it would be seen only after it
                time.sleep(0.05)
        demo.play = wait
        sys.exit(main(["demo"]))
    """
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(program)], stdout=subprocess.PIPE, text=True)
    with process:
        try:
            assert process.stdout is not None
            assert [process.stdout.readline() for _ in range(2)] == ["starting the service ...\n", "playing\n"]
            process.send_signal(number)
            assert process.wait(60) == 128 + number
        finally:
            process.kill()
    assert (tmp_path / "note").read_text() == "SIGTERM"


def test_without_the_extra_the_pip_command_is_given(emotag: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("emotag.cli.demo", "emotag.cli.demo_server"):
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "grpc_health", None)
    monkeypatch.setitem(sys.modules, "grpc_health.v1", None)
    outcome = emotag("demo")
    assert outcome.code == 2
    assert "pip install 'emotag[server]'" in outcome.err


@pytest.fixture
def kafka_road(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, str]]:
    """Another second road, which keeps what it was asked to play."""
    asked: list[tuple[float, str]] = []
    module = SimpleNamespace(play=lambda pace, engine: asked.append((pace, engine)))
    monkeypatch.setitem(sys.modules, "emotag_service.cli.demo_kafka", module)
    return asked


@pytest.mark.parametrize(
    ("road", "grpc", "kafka"), [((), True, False), (("--road", "both"), True, True), (("--road", "kafka"), False, True)]
)
def test_roads_with_a_running_server(
    emotag: Any, kafka_road: list[tuple[float, str]], road: tuple[str, ...], grpc: bool, kafka: bool
) -> None:
    target = os.environ["EMOTAG_TARGET"]
    outcome = emotag("demo", "--fast", "--target", target, *road)
    assert outcome.code == 0
    assert ("messages   " in outcome.out) is grpc
    assert kafka_road == ([(0.0, f"grpc://{target}")] if kafka else [])


def test_kafka_alone_computes_in_process(emotag: Any, kafka_road: list[tuple[float, str]]) -> None:
    assert emotag("demo", "--road", "kafka").code == 0
    assert kafka_road == [(0.15, "in-process")]


def test_both_roads_share_the_server(
    emotag: Any, kafka_road: list[tuple[float, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    target = os.environ["EMOTAG_TARGET"]
    monkeypatch.setattr(demo, "DemoServer", lambda: contextlib.nullcontext(SimpleNamespace(target=target, exit_code=0)))
    outcome = emotag("demo", "--fast")
    assert outcome.code == 0
    assert kafka_road == [(0.0, f"grpc://{target}")]
    assert outcome.out.endswith("the service has stopped\n")


def test_without_a_broker_the_first_road_is_shown(emotag: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "emotag_service.cli.demo_kafka", raising=False)
    monkeypatch.setitem(sys.modules, "noida_db", None)
    target = os.environ["EMOTAG_TARGET"]
    monkeypatch.setattr(demo, "DemoServer", lambda: contextlib.nullcontext(SimpleNamespace(target=target, exit_code=0)))
    outcome = emotag("demo", "--fast")
    assert outcome.code == 0
    assert outcome.out.startswith("the Kafka road needs noida_db; install it with: pip install 'emotag[demo]'\n")
    assert "messages   27" in outcome.out


def test_without_a_broker_the_second_road_is_no_choice(emotag: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "emotag_service.cli.demo_kafka", raising=False)
    monkeypatch.setitem(sys.modules, "noida_db", None)
    outcome = emotag("demo", "--road", "kafka")
    assert (outcome.code, outcome.out) == (2, "")
    assert "emotag demo: error: the Kafka road needs noida_db;" in outcome.err
    assert "pip install 'emotag[demo]'" in outcome.err


def test_a_failing_tagger_is_told(emotag: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def play(pace: float, engine: str) -> None:
        raise ChildFailedError("the tagger ended with exit code 4:\nno")

    monkeypatch.setitem(sys.modules, "emotag_service.cli.demo_kafka", SimpleNamespace(play=play))
    outcome = emotag("demo", "--road", "kafka")
    assert outcome.code == 1
    assert outcome.err == "emotag demo: error: the tagger ended with exit code 4:\nno\n"


def test_the_summary_counts_and_measures() -> None:
    now = iter([0.0, 1.0, 2.0, 4.0])
    summary = Summary(lambda: next(now))
    summary.sent("a")
    summary.sent("b")
    summary.answered(Tag("a", "joy"))
    summary.answered(Tag("b", error=InvalidArgumentError("x")))
    text = summary.text(Model("m", "1", "d" * 64))
    assert "messages   2\nemotions   joy 1\nerrors     INVALID_ARGUMENT 1\n" in text
    assert "p50 2000.0 ms, p95 3000.0 ms" in text


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [
        ([], 0.5, 0.0),
        ([3.0], 0.5, 3.0),
        ([1.0, 2.0], 0.5, 1.0),
        ([3.0, 1.0, 2.0], 0.5, 2.0),
        (list(range(1, 101)), 0.95, 95),
    ],
)
def test_quantiles(values: list[float], share: float, expected: float) -> None:
    assert quantile(values, share) == expected


def test_a_signal_that_comes_while_something_is_deleted_ends_it_all_the_same() -> None:
    class Dying:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGTERM)

    before = signal.signal(signal.SIGTERM, demo._leave)
    try:
        Dying()
        with pytest.raises(SystemExit) as left:
            time.sleep(30)  # until the signal comes again
    finally:
        signal.signal(signal.SIGTERM, before)
    assert left.value.code == 128 + signal.SIGTERM
