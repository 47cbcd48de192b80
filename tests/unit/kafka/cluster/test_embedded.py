"""The embedded broker as a child process: it starts, stops, restarts, and says why when it cannot."""

from __future__ import annotations

import os
import signal
import socket
import stat
import sys
from pathlib import Path

import psutil
import pytest

from emotag_service.kafka.cluster import embedded
from emotag_service.kafka.cluster.embedded import BrokerFailedError, EmbeddedBroker, answers, free_port
from tests.brokers.admin import make_topic
from tests.brokers.records import Seen, read, write


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in the place of the broker's binary; a test writes it."""
    path = tmp_path / "program"
    monkeypatch.setattr(embedded, "_binary", lambda: path)
    return path


def script(path: Path, code: str) -> None:
    path.write_text(f"#!{sys.executable}\n{code}")
    path.chmod(0o755)


def folder_of(broker: EmbeddedBroker) -> Path:
    assert broker._temporary is not None
    return Path(broker._temporary.name)


def test_it_serves_on_loopback_alone_while_the_context_lasts() -> None:
    with EmbeddedBroker() as broker:
        assert broker.bootstrap == f"127.0.0.1:{broker.port}"
        assert make_topic(broker.bootstrap, "t", partitions=1)
        write(broker.bootstrap, "t", [Seen(b"hello")])
        assert [one.value for one in read(broker.bootstrap, "t")] == [b"hello"]
        assert broker.pid is not None
        listening = [one for one in psutil.Process(broker.pid).net_connections() if one.status == psutil.CONN_LISTEN]
        assert {one.laddr.ip for one in listening} == {"127.0.0.1"}
        assert broker.port in {one.laddr.port for one in listening}
        folder = folder_of(broker)
    assert broker.pid is None
    assert broker.exit_code == 0
    assert not folder.exists()
    assert not answers(broker.port)


def test_a_given_port_and_folder_are_kept(tmp_path: Path) -> None:
    port, data = free_port(), tmp_path / "made" / "here"
    with EmbeddedBroker(port, data) as broker:
        assert broker.port == port
        assert make_topic(broker.bootstrap, "t", partitions=1)
        write(broker.bootstrap, "t", [Seen(b"kept")])
    with EmbeddedBroker(0, data) as again:
        assert [one.value for one in read(again.bootstrap, "t")] == [b"kept"]


def test_stop_and_start_keep_the_records_of_a_context() -> None:
    with EmbeddedBroker() as broker:
        assert make_topic(broker.bootstrap, "t", partitions=1)
        write(broker.bootstrap, "t", [Seen(b"kept")])
        first = broker.pid
        broker.start()
        assert broker.pid == first, "it was up"
        broker.stop()
        broker.stop()
        assert broker.pid is None
        broker.start()
        assert broker.pid not in (None, first)
        assert [one.value for one in read(broker.bootstrap, "t")] == [b"kept"]


def test_kill_is_a_crash() -> None:
    with EmbeddedBroker() as broker:
        broker.kill()
        assert broker.exit_code == -signal.SIGKILL
        broker.start()
        assert broker.pid is not None
    assert broker.exit_code == 0


def test_nothing_is_done_to_a_broker_that_never_was() -> None:
    broker = EmbeddedBroker()
    broker.stop()
    broker.kill()
    broker.wait()
    broker.close()
    assert (broker.pid, broker.exit_code, broker.said()) == (None, None, "")


def test_a_port_in_use_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        broker = EmbeddedBroker(taken.getsockname()[1])
        with pytest.raises(BrokerFailedError, match=f"port {broker.port} of 127.0.0.1 is in use; choose another, or 0"):
            broker.start()


def test_another_kafka_on_the_port_is_not_taken_for_it() -> None:
    with EmbeddedBroker() as first:
        with pytest.raises(BrokerFailedError, match="in use"), EmbeddedBroker(first.port):
            pytest.fail("that is the first one's port")
        assert answers(first.port)


def test_a_folder_in_use_is_named(tmp_path: Path) -> None:
    with (
        EmbeddedBroker(data=tmp_path),
        pytest.raises(BrokerFailedError, match="already running for"),
        EmbeddedBroker(data=tmp_path),
    ):
        pytest.fail("that is the first one's folder")


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    broker = EmbeddedBroker(data=tmp_path / "file" / "data")
    with pytest.raises(NotADirectoryError):
        broker.start()
    assert broker._temporary is None


def test_what_it_printed_is_told_without_the_noise_of_the_linker(program: Path) -> None:
    noise = "x: /lib/libc.so.6: weak version `GLIBC_2.39' not found (required by x)"
    script(program, f"import sys; print({noise!r}, file=sys.stderr); sys.exit('no disk')")
    with pytest.raises(BrokerFailedError) as caught:
        EmbeddedBroker().start()
    assert str(caught.value) == "the broker ended with exit code 1:\nno disk"


def test_one_that_is_never_ready_is_stopped(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "READY_SECONDS", 0.5)
    script(program, "import time; print('thinking', flush=True); time.sleep(600)")
    broker = EmbeddedBroker()
    with pytest.raises(BrokerFailedError, match="not ready in"):
        broker.start()
    assert broker.exit_code == -signal.SIGTERM


def test_one_that_ignores_sigterm_is_killed(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "STOP_SECONDS", 0.2)
    monkeypatch.setattr(embedded, "answers", lambda port: True)
    script(
        program,
        "import signal, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print('127.0.0.1:' + sys.argv[-1], flush=True)\n"
        "time.sleep(600)",
    )
    with EmbeddedBroker() as broker:
        pass
    assert broker.exit_code == -signal.SIGKILL


def test_ctrl_c_while_it_starts_leaves_nothing(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(port: int) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(embedded, "answers", interrupted)
    script(program, "import sys, time; print('127.0.0.1:' + sys.argv[-1], flush=True); time.sleep(600)")
    broker = EmbeddedBroker()
    with pytest.raises(KeyboardInterrupt), broker:
        pytest.fail("it is not up")
    assert broker.exit_code == -signal.SIGTERM


def test_the_binary_is_made_executable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "noida-db").write_text("")
    monkeypatch.setattr(embedded, "files", lambda package: tmp_path)
    (tmp_path / "noida-db").chmod(0o644)
    assert stat.S_IMODE(embedded._binary().stat().st_mode) == 0o755
    assert os.access(embedded._binary(), os.X_OK)


def test_without_the_package_its_name_is_in_the_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "noida_db", None)
    with pytest.raises(ModuleNotFoundError, match="noida_db") as caught:
        EmbeddedBroker().start()
    assert caught.value.name == "noida_db"


def test_what_does_not_speak_kafka_does_not_answer() -> None:
    assert not answers(free_port())
