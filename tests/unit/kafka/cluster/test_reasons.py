"""Why a broker cannot be reached."""

from __future__ import annotations

import socket
import ssl

import pytest
from aiokafka import errors as kafka

from emotag_service.kafka.cluster.failures import chain, reason


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ConnectionRefusedError(111, "Connection refused"), "connection refused"),
        (socket.gaierror(-2, "Name or service not known"), "name or service not known"),
        (TimeoutError(), "no answer in time"),
        (OSError(), "OSError"),
        (OSError(111, "Connect call failed ('127.0.0.1', 9)"), "connection refused"),
        (OSError("Multiple exceptions: [Errno 111] Connect call failed, [Errno 111] ..."), "connection refused"),
        (EOFError(), "it hangs up"),
        (kafka.NodeNotReadyError("secret words"), "NodeNotReadyError"),
    ],
)
def test_reasons_are_short(error: Exception, words: str) -> None:
    assert reason(error) == words


def test_the_reason_is_looked_for_in_causes() -> None:
    closed = kafka.KafkaConnectionError("Connection at a:1 closed")
    closed.__cause__ = ConnectionResetError(104, "Connection reset by peer")
    assert reason(closed) == "connection reset by peer"


def test_tls_has_reasons_of_its_own() -> None:
    foreign = ssl.SSLCertVerificationError(1, "certificate verify failed")
    foreign.verify_message = "unable to get local issuer certificate"
    assert reason(foreign) == "its certificate is not trusted: unable to get local issuer certificate"
    odd = ssl.SSLError(1, "odd")
    odd.reason = "WRONG_VERSION_NUMBER"
    assert reason(odd) == "TLS: wrong version number"
    assert reason(ssl.SSLError(1, "odd")) == "TLS: failed"


def test_a_ring_of_causes_ends() -> None:
    first, second = ValueError(), ValueError()
    first.__cause__, second.__cause__ = second, first
    assert len(list(chain(first))) == 10
