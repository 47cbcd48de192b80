"""An address that is held for several processes, or said why not, with the options of its front."""

from __future__ import annotations

import socket
from contextlib import ExitStack

import pytest

from emotag_service.access.address import ListenError, hold_address


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


def test_the_options_are_those_of_the_front() -> None:
    with pytest.raises(ListenError, match=r"--http-host 127\.0\.0\.1, or --insecure"):
        hold_address("0.0.0.0", 0, plaintext=True, options=("--http-host", "--http-port"))  # noqa: S104 - refused
    with pytest.raises(ListenError, match="choose with --http-host and --http-port"):
        hold_address("no.such.host.invalid", 0, plaintext=True, options=("--http-host", "--http-port"))
