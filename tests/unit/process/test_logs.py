"""Logs: JSON for machines, words for people, and never the words of an exception."""

from __future__ import annotations

import asyncio
import gc
import io
import json
import logging
from typing import TYPE_CHECKING

import pytest
import structlog

from emotag_service.process.logs import LogFormat, configure, is_console, log_loop_error, stack

if TYPE_CHECKING:
    pass

SECRET = "what-the-agent-said"  # noqa: S105 - stands for the text of a message


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _fail() -> None:
    try:
        _ = {}[SECRET]
    except KeyError as error:
        raise ValueError(f"could not tag {SECRET}") from error


def _failure() -> Exception:
    with pytest.raises(ValueError) as caught:
        _fail()
    return caught.value


def test_json_is_one_object_per_line() -> None:
    out = io.StringIO()
    configure("auto", "info", out)
    structlog.get_logger().info("serving", port=5)
    structlog.get_logger().debug("not this")
    [line] = out.getvalue().splitlines()
    event = json.loads(line)
    assert (event["event"], event["port"], event["level"]) == ("serving", 5, "info")
    assert event["timestamp"].endswith("Z")


def test_a_terminal_gets_words() -> None:
    out = _Terminal()
    configure("auto", "info", out)
    structlog.get_logger().info("serving", port=5)
    assert "serving" in out.getvalue()
    assert not out.getvalue().startswith("{")


@pytest.mark.parametrize(
    ("log_format", "terminal", "expected"),
    [("auto", True, True), ("auto", False, False), ("console", False, True), ("json", True, False)],
)
def test_console_or_not(log_format: LogFormat, terminal: bool, expected: bool) -> None:
    assert is_console(log_format, _Terminal() if terminal else io.StringIO()) is expected


def test_the_standard_library_logs_into_the_same_lines() -> None:
    out = io.StringIO()
    configure("json", "info", out)
    logging.getLogger("grpc").warning("odd %s", "thing")
    logging.getLogger("grpc").info("chatter of libraries is left out")
    [line] = out.getvalue().splitlines()
    assert json.loads(line)["event"] == "odd thing"


@pytest.mark.parametrize("logger", ["structlog", "logging"])
@pytest.mark.parametrize("log_format", ["json", "console"])
def test_the_words_of_an_exception_are_left_out(logger: str, log_format: LogFormat) -> None:
    out = io.StringIO()
    configure(log_format, "info", out)
    failure = _failure()
    if logger == "structlog":
        structlog.get_logger().error("failed", exc_info=failure)
    else:
        logging.getLogger("x").error("failed", exc_info=failure)
    written = out.getvalue()
    assert SECRET not in written
    assert "ValueError" in written
    assert "test_logs.py" in written


def test_exc_info_true_is_treated_alike() -> None:
    out = io.StringIO()
    configure("json", "info", out)
    try:
        _fail()
    except ValueError:
        structlog.get_logger().exception("failed")
    assert SECRET not in out.getvalue()
    assert json.loads(out.getvalue())["error"] == "ValueError"


def test_a_stack_names_causes_without_their_words() -> None:
    text = stack(_failure())
    assert text.index("ValueError") < text.index("caused by") < text.rindex("KeyError")
    assert SECRET not in text


def test_a_stack_ends_where_causes_go_in_a_circle() -> None:
    first, second = ValueError("one"), KeyError("two")
    second.__cause__, first.__context__ = first, second  # as where a failure that was kept is raised once more
    assert stack(second).count("caused by") == 1


async def test_a_task_that_nobody_awaits_is_logged_without_its_words() -> None:
    out = io.StringIO()
    configure("json", "info", out)
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(log_loop_error)

    async def fail() -> None:
        _fail()

    task = asyncio.create_task(fail())
    await asyncio.wait([task])
    del task
    gc.collect()
    loop.set_exception_handler(None)
    event = json.loads(out.getvalue())
    assert (event["event"], event["error"]) == ("event loop error", "ValueError")
    assert "never retrieved" in event["what"]
    assert "test_logs.py" in event["stack"]
    assert SECRET not in out.getvalue()


async def test_an_error_of_the_loop_without_exception_is_logged() -> None:
    out = io.StringIO()
    configure("json", "info", out)
    log_loop_error(asyncio.get_running_loop(), {"message": "odd"})
    assert json.loads(out.getvalue())["what"] == "odd"


FORGED = 'x\n{"event": "forged"}\r\x1b[31m\x9b2J\x00\u2028\u2029\x85\u202e\ud800'


@pytest.mark.parametrize("log_format", ["json", "console"])
@pytest.mark.parametrize("logger", ["structlog", "logging"])
def test_nobody_forges_a_line(log_format: LogFormat, logger: str) -> None:
    out = io.StringIO()
    configure(log_format, "info", out)
    if logger == "structlog":
        structlog.get_logger().warning(FORGED, id=FORGED, senders=[FORGED], peers={FORGED: (FORGED,)}, n=1)
    else:
        logging.getLogger(FORGED).warning("got %s", FORGED)
    [line] = out.getvalue().splitlines()
    assert line.isprintable()
    assert "forged" in line


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_values_keep_their_types_and_words(log_format: LogFormat) -> None:
    out = io.StringIO()
    configure(log_format, "info", out)
    structlog.get_logger().info("serving", port=5, clean=True, share=0.5, missing=None, name="Grüße 😡 \\n")
    [line] = out.getvalue().splitlines()
    assert "Grüße 😡" in line
    if log_format == "json":
        event = json.loads(line)
        assert (event["port"], event["clean"], event["share"], event["missing"]) == (5, True, 0.5, None)
        assert event["name"] == "Grüße 😡 \\n"


class _Broken(io.StringIO):
    """Written to after its reader is gone, on a full disk, or closed."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error: Exception | None = error

    def write(self, text: str) -> int:
        if self.error is not None:
            raise self.error
        return super().write(text)

    def flush(self) -> None:
        if self.error is not None:
            raise self.error


@pytest.mark.parametrize("error", [BrokenPipeError(32, "gone"), OSError(28, "full"), ValueError("closed file")])
def test_a_log_that_cannot_be_written_keeps_nobody_from_what_comes_next(
    error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    out = _Broken(error)
    configure("json", "info", out)
    structlog.get_logger().warning("said in vain")
    logging.getLogger("theirs").warning("said in vain")
    out.error = None
    structlog.get_logger().info("heard again")
    [line] = out.getvalue().splitlines()
    assert json.loads(line)["event"] == "heard again"
    assert capsys.readouterr().err == ""


def test_what_is_always_said_is_in_every_line() -> None:
    stream = io.StringIO()
    configure("json", stream=stream, worker=2)
    structlog.get_logger().info("ours")
    logging.getLogger("theirs").warning("theirs")
    assert [json.loads(line)["worker"] for line in stream.getvalue().splitlines()] == [2, 2]
