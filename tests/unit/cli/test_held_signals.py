"""Signals that come at a bad moment come a little later."""

from __future__ import annotations

import signal
import threading

import pytest

from emotag.cli.held_signals import held_signals


def test_what_comes_inside_is_delivered_at_the_end() -> None:
    inside: list[str] = []

    def work() -> None:
        with held_signals():
            signal.raise_signal(signal.SIGINT)
            inside.append("still here")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert inside


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_the_handler_of_before_gets_it(number: signal.Signals) -> None:
    caught: list[int] = []
    before = signal.signal(number, lambda number, frame: caught.append(number))
    try:
        with held_signals():
            signal.raise_signal(number)
            assert caught == []
        assert caught == [number]
        signal.raise_signal(number)
        assert caught == [number, number]
    finally:
        signal.signal(number, before)


def test_an_error_inside_does_not_keep_them() -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(ValueError, match="inside"), held_signals():
        raise ValueError("inside")
    assert signal.getsignal(signal.SIGINT) is before


def test_other_threads_have_no_signals_to_hold() -> None:
    done: list[bool] = []

    def run() -> None:
        with held_signals():
            done.append(True)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert done
