"""How the SDK connects."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from emotag.channel import ARGUMENTS, Connection
from emotag.errors import InvalidArgumentError
from emotag.tls import TLS


def test_idle_streams_are_kept_alive() -> None:
    arguments = dict(ARGUMENTS)
    assert arguments["grpc.keepalive_time_ms"] == 30_000
    assert arguments["grpc.keepalive_permit_without_calls"] == 1


@pytest.mark.parametrize("target", ["", None, 50051])
def test_a_target_is_needed(target: Any) -> None:
    with pytest.raises(InvalidArgumentError, match="target must be host:port") as caught:
        Connection(target)
    assert caught.value.field == "target"


def test_tls_and_credentials_say_two_things() -> None:
    with pytest.raises(InvalidArgumentError, match="not both") as caught:
        Connection("host:1", grpc.ssl_channel_credentials(), tls=TLS())
    assert caught.value.field == "credentials"


def test_credentials_make_a_secure_channel(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[tuple[Any, ...]] = []
    monkeypatch.setattr(grpc, "secure_channel", lambda *arguments, options: made.append((*arguments, options)))
    credentials = grpc.ssl_channel_credentials()
    Connection("host:1", credentials).channel()
    assert made == [("host:1", credentials, ARGUMENTS)]


async def test_credentials_make_a_secure_channel_on_a_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[tuple[Any, ...]] = []
    monkeypatch.setattr(grpc.aio, "secure_channel", lambda *arguments, options: made.append((*arguments, options)))
    credentials = grpc.ssl_channel_credentials()
    Connection("host:1", credentials).aio_channel()
    assert made == [("host:1", credentials, ARGUMENTS)]
