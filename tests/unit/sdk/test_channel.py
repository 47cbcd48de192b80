"""How the SDK connects."""

from __future__ import annotations

import re
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


@pytest.mark.parametrize(
    ("metadata", "named"),
    [
        ((("X-Tenant", "a"),), "'X-Tenant'"),
        ((("x tenant", "a"),), "'x tenant'"),
        ((("", "a"),), "''"),
        (((5, "a"),), "5"),
        ((("x-tenant", "é"),), "'x-tenant'"),
        ((("x-tenant", "two\nlines"),), "'x-tenant'"),
        ((("x-tenant", 5),), "'x-tenant'"),
        ((("x-tenant", b"\xff"),), "'x-tenant'"),
        ((("x-trace-bin", "text"),), "'x-trace-bin'"),
        (({"x-tenant": "a"},), "pairs"),
        (("x-tenant",), "pairs"),
    ],
)
def test_metadata_that_can_not_be_sent(metadata: Any, named: str) -> None:
    with pytest.raises(InvalidArgumentError, match=re.escape(named)) as caught:
        Connection(metadata=(("authorization", "Bearer t"), *metadata))
    assert (caught.value.field, "Bearer" in str(caught.value)) == ("metadata", False)


def test_metadata_that_can_be_sent() -> None:
    metadata = (("x-a_b.9", "a b~"), ("x-empty", ""), ("x-ascii", b"a"), ("x-trace-bin", b"\xff\n"))
    assert Connection(metadata=metadata).call_metadata() == metadata


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
