"""A child process is started, watched, and stopped whatever happens."""

from __future__ import annotations

import signal
import sys
import time

import psutil
import pytest

from emotag.cli import child
from emotag.cli.child import Child, ChildFailedError


def python(code: str) -> Child:
    return Child("the thing", [sys.executable, "-c", code])


def until_it_says_something(one: Child) -> None:
    until = time.monotonic() + 60
    while not one._said():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_it_runs_while_the_context_lasts() -> None:
    with python("import time; time.sleep(600)") as one:
        assert one.exit_code is None
        one.check()
    assert one.exit_code == -signal.SIGTERM


def test_what_it_printed_is_told() -> None:
    with python("import sys; print('out', flush=True); sys.exit('err')") as one:
        assert one._process is not None
        one._process.wait(60)
        with pytest.raises(ChildFailedError, match=r"^the thing ended with exit code 1:\nout\nerr$"):
            one.check()


def test_a_problem_with_it_is_told() -> None:
    with (
        python("import time; time.sleep(600)") as one,
        pytest.raises(ChildFailedError, match="the thing is too slow:"),
    ):
        one.check("is too slow")


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_it_is_stopped_when_the_context_fails(error: type[BaseException]) -> None:
    with pytest.raises(error), python("import time; time.sleep(600)") as one:
        raise error
    assert one.exit_code == -signal.SIGTERM


def test_one_that_ignores_sigterm_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "STOP_SECONDS", 0.2)
    code = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
    with python(code) as one:
        until_it_says_something(one)
    assert one.exit_code == -signal.SIGKILL


def test_ctrl_c_while_it_starts_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    make = child.subprocess.Popen

    def interrupted(*arguments: object, **options: object) -> object:
        started.append(make(*arguments, **options))  # type: ignore[call-overload]
        signal.raise_signal(signal.SIGINT)
        return started[0]

    monkeypatch.setattr(child.subprocess, "Popen", interrupted)
    with pytest.raises(KeyboardInterrupt), python("import time; time.sleep(600)"):
        pytest.fail("it was interrupted")
    assert not psutil.pid_exists(started[0].pid)


def test_a_program_that_is_not_there() -> None:
    with pytest.raises(FileNotFoundError), Child("the thing", ["/not/there"]):
        pytest.fail("it cannot start")


def test_an_environment_of_its_own() -> None:
    command = [sys.executable, "-c", "import os; print('EMOTAG_X' in os.environ, os.environ['A'], flush=True)"]
    with Child("the thing", command, {"A": "1"}) as one:
        until_it_says_something(one)
        assert one._said() == "False 1"


def test_stop_twice() -> None:
    with python("pass") as one:
        pass
    one.stop()
    assert one.exit_code is not None
