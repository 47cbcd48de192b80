"""An address that is held for several processes, or said why not, with the options of its front."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from typing import Any

import pytest

from emotag_service.access.address import ListenError, hold_address, is_local


@pytest.fixture
def several(monkeypatch: pytest.MonkeyPatch) -> str:
    """A name of this machine with two addresses, of which others reach the second."""
    plain = socket.getaddrinfo

    def resolve(host: str, port: int, **kwargs: Any) -> Any:
        each = ("127.0.0.1", "192.0.2.1") if host == "several" else (host,)
        return [found for address in each for found in plain(address, port, **kwargs)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return "several"


def test_a_held_address_is_shared_by_those_it_is_held_for_and_by_nobody_else() -> None:
    with hold_address("127.0.0.1", 0, plaintext=True) as held, ExitStack() as ours:
        port = held.getsockname()[1]
        for _ in range(2):
            ours.enter_context(socket.create_server(("127.0.0.1", port), reuse_port=True))
        with pytest.raises(ListenError, match="in use; choose with --host and --port"):
            hold_address("127.0.0.1", port, plaintext=True)
        with pytest.raises(OSError, match="in use"):
            socket.create_server(("127.0.0.1", port))


def test_plaintext_has_to_be_asked_for_where_an_address_is_held_too() -> None:
    with pytest.raises(ListenError, match=r"--tls-cert and --tls-key, .*--insecure"):
        hold_address("0.0.0.0", 0, plaintext=True)  # noqa: S104 - refused
    hold_address("0.0.0.0", 0, plaintext=False).close()  # noqa: S104 - encrypted


def test_every_address_of_a_name_has_to_be_of_this_machine_alone(several: str) -> None:
    with pytest.raises(ListenError, match="will not listen on several:0 in plaintext"):
        hold_address(several, 0, plaintext=True)
    hold_address(several, 0, plaintext=True, insecure=True).close()
    assert [is_local(host) for host in (several, "127.0.0.1", "192.0.2.1")] == [False, True, False]


def test_the_options_are_those_of_the_front() -> None:
    with pytest.raises(ListenError, match=r"--http-host 127\.0\.0\.1, or --insecure"):
        hold_address("0.0.0.0", 0, plaintext=True, options=("--http-host", "--http-port"))  # noqa: S104 - refused
    with pytest.raises(ListenError, match="choose with --http-host and --http-port"):
        hold_address("no.such.host.invalid", 0, plaintext=True, options=("--http-host", "--http-port"))
