"""Calls are counted once, by the code that their callers saw."""

from __future__ import annotations

import asyncio

import grpc
import pytest

from emotag_service.grpc.calls import Calls


class Aborted:
    """A call that was aborted."""

    def __init__(self, code: object) -> None:
        self._code = code

    def code(self) -> object:
        return self._code


@pytest.mark.parametrize("code", list(grpc.StatusCode))
def test_the_code_of_an_abort(code):
    calls = Calls()
    with pytest.raises(RuntimeError), calls.count("Classify", Aborted(code)):
        raise RuntimeError
    assert calls.ended == {("Classify", code.name): 1}
    assert calls.open["Classify"] == 0


def test_a_caller_that_leaves():
    calls = Calls()
    with pytest.raises(asyncio.CancelledError), calls.count("Classify", Aborted(None)):
        raise asyncio.CancelledError
    assert calls.ended == {("Classify", "CANCELLED"): 1}


def test_a_call_that_failed_without_a_code():
    calls = Calls()
    with pytest.raises(RuntimeError), calls.count("Classify", Aborted(0)):
        raise RuntimeError
    assert calls.ended == {("Classify", "UNKNOWN"): 1}


def test_a_method_that_was_never_called_is_zero():
    calls = Calls()
    calls.expect("StreamClassify", unary=False)
    assert calls.ended == {("StreamClassify", "OK"): 0}
    assert calls.open == {"StreamClassify": 0}
    assert calls.seconds == {}
