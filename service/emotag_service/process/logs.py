"""Logging: events for people on a terminal, JSON lines otherwise, all to stderr. The text of a message is never logged.

What callers name (ids, senders, headers, addresses) may be logged, and cannot forge a line or steer a terminal: control
characters are written as escapes.

That holds for stacks too: an exception's own words may quote what it failed on, so only its type and its frames are
written.
"""

from __future__ import annotations

import contextlib
import io
import logging
import sys
import traceback
from typing import TYPE_CHECKING, Any, Literal, TextIO, cast

import structlog

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Mapping

    from structlog.typing import EventDict, Processor, WrappedLogger

LogFormat = Literal["auto", "console", "json"]
LOG_FORMATS: tuple[LogFormat, ...] = ("auto", "console", "json")
LOG_LEVELS = ("debug", "info", "warning", "error")


def configure(
    log_format: LogFormat = "auto", level: str = "info", stream: TextIO | None = None, **always: int | str
) -> None:
    """Send structlog's events, and those of the standard library, to one place in one form.

    Args:
        log_format: "auto" means console on a terminal and JSON otherwise.
        level: The least level that is written.
        stream: Where to; stderr when None.
        always: Said with every event.
    """
    target = stream or sys.stderr
    log = cast("TextIO", _Log(target))
    number = logging.getLevelNamesMapping()[level.upper()]
    shared = _shared_processors(always)
    structlog.configure(
        processors=[*shared, _escaped, _renderer(log_format, target)],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(log),  # a line at once: several processes may share the target
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(log)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _without_values,
                _escaped,
                _renderer(log_format, target),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=max(number, logging.WARNING), force=True)


class _Log(io.TextIOBase):
    """Where lines go; one that cannot be written is left out.

    Its reader may be gone, or its disk full. Whoever has something to say has something to do as well, such as ending
    the process or handing a batch to another replica, and must come to that.
    """

    def __init__(self, target: TextIO) -> None:
        self._target = target

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError, ValueError):  # the second: it is closed
            self._target.write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._target.flush()


def set_level(level: str) -> None:
    """Write events from this level on, of every logger, from now on."""
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(number))
    logging.getLogger().setLevel(max(number, logging.WARNING))


def is_console(log_format: LogFormat, stream: TextIO | None = None) -> bool:
    """Whether logs are for people."""
    return log_format == "console" or (log_format == "auto" and (stream or sys.stderr).isatty())


def stack(error: BaseException) -> str:
    """Where an exception and its causes came from, without their own words."""
    parts, seen = [], set[int]()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:  # one that is raised again by what it caused is a circle
        seen.add(id(link))
        parts.append("".join(traceback.format_tb(link.__traceback__)) + type(link).__name__)
        link = link.__cause__ or link.__context__
    return "\ncaused by\n".join(parts)


def log_loop_error(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what no task took care of; asyncio's own handler would quote the exception."""
    error = context.get("exception")
    where = stack(error) if isinstance(error, BaseException) else None
    structlog.get_logger(__name__).error(
        "event loop error", what=context["message"], error=type(error).__name__, stack=where
    )


def _shared_processors(always: Mapping[str, int | str]) -> list[Processor]:
    def add_always(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {**always, **event}

    return [
        structlog.contextvars.merge_contextvars,
        add_always,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_values,
    ]


def _renderer(log_format: LogFormat, stream: TextIO) -> Processor:
    if is_console(log_format, stream):
        return structlog.dev.ConsoleRenderer(colors=stream.isatty())
    return structlog.processors.JSONRenderer(ensure_ascii=False)


def _without_values(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace exceptions by their stacks: see the module's docstring."""
    given: Any = event.pop("exc_info", None)
    if given is True:
        given = sys.exc_info()
    error = given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["stack"] = stack(error)
        event["error"] = type(error).__name__
    return event


def _escaped(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Escape whatever cannot be printed, but for the line breaks of stacks, which are ours."""
    stack_lines = str(event.pop("stack", "") or "").split("\n")
    clean: EventDict = {_escape(key): _escape(value) for key, value in event.items()}
    if stack_lines != [""]:
        clean["stack"] = "\n".join(map(_escape, stack_lines))
    return clean


def _escape(value: Any) -> Any:
    if isinstance(value, bool | int | float | None):
        return value
    if isinstance(value, dict):
        return {_escape(key): _escape(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_escape(item) for item in value]
    text = str(value)
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
