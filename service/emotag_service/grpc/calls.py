"""Counts calls by the codes that their callers see."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import grpc
from grpc import aio

if TYPE_CHECKING:
    from collections.abc import Iterator

    from emotag_service.contract.traffic import Traffic

OK = grpc.StatusCode.OK.name
FAULTS = (grpc.StatusCode.INTERNAL.name, grpc.StatusCode.UNKNOWN.name)
"""How a call ends by a fault of ours."""


@contextmanager
def count_call(calls: Traffic, method: str, context: aio.ServicerContext[Any, Any]) -> Iterator[None]:
    """Count the call that is made inside."""
    with calls.count(method, OK) as ending:
        try:
            yield
        except asyncio.CancelledError:
            ending.name = grpc.StatusCode.CANCELLED.name
            raise
        except Exception:
            ending.name = _code(context)
            raise


def _code(context: aio.ServicerContext[Any, Any]) -> str:
    """The code that a call was aborted with."""
    code: Any = context.code()  # 0 where nobody set one
    return code.name if isinstance(code, grpc.StatusCode) else grpc.StatusCode.UNKNOWN.name
