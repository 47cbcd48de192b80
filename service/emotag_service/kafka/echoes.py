"""Errors of aiokafka that come a second time.

It keeps a copy of what a batch failed of in futures of its own, which nobody can wait for; asyncio complains of each
when it is thrown away. The error itself was raised where the batch was sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiokafka.errors import KafkaError

from emotag_service.process.logs import log_loop_error

if TYPE_CHECKING:
    import asyncio


def log_all_but_echoes(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what no task took care of, as an event loop's exception handler; leave out aiokafka's copies."""
    if not (isinstance(context.get("exception"), KafkaError) and "never retrieved" in context["message"]):
        log_loop_error(loop, context)
