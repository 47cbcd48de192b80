"""Counts calls by method, by the code that they ended with, and by how long they took."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import grpc
from grpc import aio

from emotag_service.engine.histogram import SECONDS, Histogram

if TYPE_CHECKING:
    from collections.abc import Iterator


class Calls:
    """What became of calls. Written on the server's event loop; any thread may read it.

    Attributes:
        ended: Calls by method and status code, such as ("Classify", "OK").
        open: Calls under way, by method.
        seconds: How long they took; only of unary methods, since a stream lasts as long as its caller likes.
    """

    def __init__(self) -> None:
        self.ended: Counter[tuple[str, str]] = Counter()
        self.open: Counter[str] = Counter()
        self.seconds: dict[str, Histogram] = {}

    def expect(self, method: str, *, unary: bool) -> None:
        """Count a method from zero."""
        self.ended[method, "OK"] += 0
        self.open[method] += 0
        if unary:
            self.seconds[method] = Histogram(SECONDS)

    @contextmanager
    def count(self, method: str, context: aio.ServicerContext[Any, Any]) -> Iterator[None]:
        """Count the call that is made inside."""
        began = time.perf_counter()
        self.open[method] += 1
        code = grpc.StatusCode.OK.name
        try:
            yield
        except asyncio.CancelledError:
            code = grpc.StatusCode.CANCELLED.name
            raise
        except Exception:
            code = _code(context)
            raise
        finally:
            self.open[method] -= 1
            self.ended[method, code] += 1
            if method in self.seconds:
                self.seconds[method].add(time.perf_counter() - began)


def _code(context: aio.ServicerContext[Any, Any]) -> str:
    """The code that a call was aborted with."""
    code: Any = context.code()  # 0 where nobody set one
    return code.name if isinstance(code, grpc.StatusCode) else grpc.StatusCode.UNKNOWN.name
