"""Calls are counted once, by the code that their callers saw."""

from __future__ import annotations

import asyncio

import grpc
import pytest

from emotag_service.contract.traffic import Traffic
from emotag_service.grpc.calls import count_call


class Aborted:
    """A call that was aborted."""

    def __init__(self, code: object) -> None:
        self._code = code

    def code(self) -> object:
        return self._code


@pytest.mark.parametrize("code", list(grpc.StatusCode))
def test_the_code_of_an_abort(code):
    calls = Traffic()
    with pytest.raises(RuntimeError), count_call(calls, "Classify", Aborted(code)):
        raise RuntimeError
    assert calls.ended == {("Classify", code.name): 1}
    assert calls.open["Classify"] == 0


def test_a_caller_that_leaves():
    calls = Traffic()
    with pytest.raises(asyncio.CancelledError), count_call(calls, "Classify", Aborted(None)):
        raise asyncio.CancelledError
    assert calls.ended == {("Classify", "CANCELLED"): 1}


def test_a_call_that_failed_without_a_code():
    calls = Traffic()
    with pytest.raises(RuntimeError), count_call(calls, "Classify", Aborted(0)):
        raise RuntimeError
    assert calls.ended == {("Classify", "UNKNOWN"): 1}


def test_a_call_that_is_answered():
    calls = Traffic()
    with count_call(calls, "Classify", Aborted(None)):
        assert calls.open["Classify"] == 1
    assert calls.ended == {("Classify", "OK"): 1}
