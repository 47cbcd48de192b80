"""Addresses are taken once, and said to be taken otherwise."""

from __future__ import annotations

import socket

import pytest
from grpc import aio
from structlog.testing import capture_logs

from emotag_service.access.address import ListenError, hold_address
from emotag_service.grpc.listen import listen

_OWN_PORT = [("grpc.so_reuseport", 0)]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1"])
async def test_a_free_port_is_picked(host: str) -> None:
    if host == "::1" and not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    server = aio.server(options=_OWN_PORT)
    port = listen(server, host, 0)
    assert port > 0
    await server.start()
    await server.stop(None)


async def test_a_port_is_taken_from_the_moment_it_is_listened_on() -> None:
    first, second = aio.server(options=_OWN_PORT), aio.server(options=_OWN_PORT)
    port = listen(first, "127.0.0.1", 0)
    with pytest.raises(ListenError, match=f"cannot listen on 127.0.0.1:{port}: .*in use"):
        listen(second, "127.0.0.1", port)
    await first.stop(None)


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid", "x" * 300, "a..b"])
async def test_an_address_of_nobody_is_refused(host: str) -> None:
    with pytest.raises(ListenError, match="choose with --host"):
        listen(aio.server(options=_OWN_PORT), host, 0)


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])  # noqa: S104 - refused
async def test_plaintext_beyond_this_machine_has_to_be_asked_for(host: str) -> None:
    if host == "::" and not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    with pytest.raises(ListenError, match=r"--tls-cert and --tls-key, .*--insecure"):
        listen(aio.server(options=_OWN_PORT), host, 0)
    server = aio.server(options=_OWN_PORT)
    with capture_logs() as logs:
        assert listen(server, host, 0, insecure=True) > 0
    assert [(log["event"], log["log_level"]) for log in logs] == [("plaintext", "warning")]
    await server.stop(None)


async def test_a_held_address_is_shared_by_those_it_is_held_for_and_by_nobody_else() -> None:
    with hold_address("127.0.0.1", 0, plaintext=True) as held:
        port = held.getsockname()[1]
        ours = [aio.server(options=[("grpc.so_reuseport", 1)]) for _ in range(2)]
        assert [listen(server, "127.0.0.1", port, held=True) for server in ours] == [port, port]
        with pytest.raises(ListenError, match=f"cannot listen on 127.0.0.1:{port}: .*in use"):
            listen(aio.server(options=_OWN_PORT), "127.0.0.1", port)
        for server in ours:
            await server.stop(None)
