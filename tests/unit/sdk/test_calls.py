"""What a client was made with."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from emotag import Info, InvalidArgumentError, Limits, Model, Retry, Taxonomy
from emotag.calls import DEFAULT_TIMEOUT, Settings, call_intake, stream_intake
from emotag.message import Message
from emotag.options import Options

INFO = Info(Model("m", "1", "d1"), (Taxonomy("ekman", ("joy",), (0.5,)),), Limits(max_tokens=7))


def answer(digest: str) -> Any:
    return SimpleNamespace(model=SimpleNamespace(digest=digest))


def test_defaults() -> None:
    settings = Settings()
    assert settings.connection.target == "localhost:50051"
    assert settings.timeout == DEFAULT_TIMEOUT
    assert settings.retry == Retry()
    assert settings.limits is None


def test_a_calls_own_timeout_goes_before_the_clients() -> None:
    remaining = Settings(timeout=1000.0).deadline(5.0).remaining()
    assert remaining is not None
    assert 4.0 < remaining <= 5.0
    assert Settings(timeout=None).deadline(None).remaining() is None


@pytest.mark.parametrize("timeout", [0.0, -1.0, float("nan")])
def test_a_timeout_is_more_than_nothing(timeout: float) -> None:
    with pytest.raises(InvalidArgumentError, match="timeout must be more than 0") as caught:
        Settings(timeout=timeout)
    assert caught.value.field == "timeout"


def test_info_is_of_one_model() -> None:
    settings = Settings()
    assert not settings.knows(answer("d1"))
    settings.info = INFO
    assert settings.knows(answer("d1"))
    assert not settings.knows(answer("d2"))
    assert settings.limits == INFO.limits


def test_info_stands_for_another_model_for_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("emotag.calls.time.monotonic", lambda: now)
    settings = Settings()
    settings.info = INFO
    settings.asked(answer("d2"))
    assert settings.knows(answer("d2"))
    now += 61
    assert not settings.knows(answer("d2"))


def test_labels_are_looked_up_only_for_scores() -> None:
    settings = Settings()
    settings.info = INFO
    assert settings.decoder(Options("colours")).labels == ()
    assert settings.decoder(Options(scores=True)).labels == ("joy",)


@pytest.mark.parametrize("unordered", [True, False])
def test_a_session_for_each_stream(unordered: bool) -> None:
    settings = Settings()
    session = settings.session(Options(unordered=unordered), settings.deadline(None))
    assert session.has_room()
    assert not session.wants_connection


def test_ids_may_repeat_in_a_call_but_not_in_a_stream() -> None:
    for intake, repeats in ((call_intake(), False), (stream_intake(), True)):
        intake.entry(Message("a", id="x"))
        assert (intake.entry(Message("b", id="x")).tag is not None) is repeats
