"""What becomes of aiokafka's logs: one event when the cluster goes away, one when it is back, not thirty a second.

Below warnings nothing of theirs is ever logged: they write whole requests there, records and passwords included.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Any, Self

import structlog
from aiokafka.errors import KafkaConnectionError, KafkaError, NodeNotReadyError, RequestTimedOutError

from emotag_service.kafka.cluster.failures import explain, reason
from emotag_service.process.logs import log_loop_error

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_LOGGER = "aiokafka"
_SILENCE_SECONDS = 3.0
_LATE_SECONDS = 1.5  # longer than whoever tells of progress needs to notice it
_REPEAT_SECONDS = 60.0
_AWAY = (OSError, EOFError, KafkaConnectionError, NodeNotReadyError, RequestTimedOutError)
_AWAY_WORDS = ("Unable connect", "Unable to update metadata", "Unable to request metadata", "Failed fetch")


class ClientLogs(logging.Handler):
    """Takes the place of every handler of aiokafka's loggers, as a context, inside a running event loop.

    Attributes:
        suppressed: Lines left out since the last event.
    """

    def __init__(
        self,
        works: Callable[[], Awaitable[bool]],
        *,
        silence: float = _SILENCE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make it.

        Args:
            works: Asks whether the cluster answers; called when its loggers have been silent for a while.
            silence: How many seconds that is.
            clock: Monotonic seconds.
        """
        super().__init__(logging.WARNING)
        self.suppressed = 0
        self._works = works
        self._silence = silence
        self._clock = clock
        self._log = structlog.get_logger(__name__)
        self._away_since: float | None = None
        self._last_trouble = 0.0
        self._refused = False
        self._said: dict[str, float] = {}
        self._probe: asyncio.Task[None] | None = None

    def __enter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        logger = logging.getLogger(_LOGGER)
        self._before = (logger.handlers[:], logger.propagate, logger.level)
        logger.handlers[:], logger.propagate = [self], False
        logger.setLevel(logging.WARNING)
        return self

    def __exit__(self, *_: object) -> None:
        logger = logging.getLogger(_LOGGER)
        handlers, logger.propagate, level = self._before
        logger.handlers[:] = handlers
        logger.setLevel(level)
        if self._probe is not None:
            self._probe.cancel()

    def progress(self) -> None:
        """Something was written of late: the cluster is there, unless the trouble is later still."""
        if self._clock() - self._last_trouble >= _LATE_SECONDS:
            self._back()

    def _back(self) -> None:
        if self._away_since is not None:
            away = round(self._clock() - self._away_since, 1)
            self._log.info("kafka reachable", seconds=away, suppressed=self.suppressed)
            self._away_since, self._refused, self.suppressed = None, False, 0

    def emit(self, record: logging.LogRecord) -> None:
        """Make an event of a line of theirs, or leave it out."""
        error = _error(record)
        if error is not None and (refusal := explain(error, "connecting")) is not None:
            self._refuse(str(refusal))
        elif isinstance(error, _AWAY) or str(record.msg).startswith(_AWAY_WORDS):
            self._away(reason(error) if error is not None else "no broker answers")
        else:
            self._pass_on(record)

    def _refuse(self, why: str) -> None:
        if self._refused:
            self.suppressed += 1
            return
        self._refused = True
        self._log.error("kafka refuses", reason=why)

    def _away(self, why: str) -> None:
        self._last_trouble = self._clock()
        if self._away_since is not None:
            self.suppressed += 1
            return
        self._away_since = self._last_trouble
        self._log.warning("kafka unreachable", reason=why)
        if self._probe is None or self._probe.done():
            self._probe = self._loop.create_task(self._until_reachable())

    async def _until_reachable(self) -> None:
        """An idle topic brings no progress: when the loggers fall silent, ask."""
        while self._away_since is not None:
            silent = self._clock() - self._last_trouble
            if silent >= self._silence and await self._works():
                self._back()
                return
            await asyncio.sleep(max(self._silence - silent, self._silence / 4))

    def _pass_on(self, record: logging.LogRecord) -> None:
        """Log other lines once in a while each; an exception by its kind alone, since its words may quote a record."""
        template, now = str(record.msg), self._clock()
        if now - self._said.get(template, -_REPEAT_SECONDS) < _REPEAT_SECONDS:
            self.suppressed += 1
            return
        self._said[template] = now
        passing = getattr(_error(record), "retriable", False)  # such as a coordinator that is still being found
        level = logging.WARNING if passing else record.levelno
        self._log.log(level, "kafka client", detail=_words(record, template), logger=record.name)


def _error(record: logging.LogRecord) -> BaseException | None:
    arguments: Any = record.args if isinstance(record.args, tuple) else ()
    given = [argument for argument in arguments if isinstance(argument, BaseException)]
    if record.exc_info is not None and record.exc_info[1] is not None:
        given.append(record.exc_info[1])
    return given[0] if given else None


def _words(record: logging.LogRecord, template: str) -> str:
    if not isinstance(record.args, tuple):
        return template
    arguments = tuple(type(one).__name__ if isinstance(one, BaseException) else one for one in record.args)
    try:
        text = template % arguments
    except (TypeError, ValueError):
        text = template
    error = record.exc_info[1] if record.exc_info else None
    return text if error is None else f"{text}: {type(error).__name__}"


def log_all_but_copies(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what no task took care of, as an event loop's exception handler; leave out aiokafka's copies.

    It keeps a copy of what a batch failed of in futures of its own, which nobody can wait for; asyncio complains of
    each when it is thrown away. The error itself was raised where the batch was sent.
    """
    if not (isinstance(context.get("exception"), KafkaError) and "never retrieved" in context["message"]):
        log_loop_error(loop, context)
