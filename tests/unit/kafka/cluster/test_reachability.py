"""Why a cluster cannot be reached, told apart."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
import trustme
from aiokafka import errors as kafka
from structlog.testing import capture_logs

from emotag_service.kafka.cluster import reachability as module
from emotag_service.kafka.cluster.client import ClientSettings
from emotag_service.kafka.cluster.reachability import cluster_answers, wait_for_cluster
from emotag_service.kafka.errors import ClusterError, ForbiddenError, TaggerError

FIRST, SECOND = ("one.example", 9092), ("two.example", 9093)
Script = Callable[[dict[tuple[str, int], Any]], None]


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Script:
    """What each address answers: a list of brokers, or an exception."""

    def play(scripted: dict[tuple[str, int], Any]) -> None:
        async def ask(_settings: ClientSettings, host: str, port: int) -> Any:
            answer = scripted[host, port]
            answer = next(answer) if isinstance(answer, Iterator) else answer
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr(module, "_ask", ask)
        monkeypatch.setattr(module, "_FIRST_PAUSE", 0.001)

    return play


def _settings(*addresses: tuple[str, int], **given: Any) -> ClientSettings:
    return ClientSettings(bootstrap=tuple(f"{host}:{port}" for host, port in addresses or (FIRST,)), **given)


def _login(**given: Any) -> dict[str, Any]:
    return {"sasl_mechanism": "PLAIN", "sasl_username": "bob", "sasl_password": "x"} | given


def _closed(cause: Exception) -> Exception:
    error = kafka.KafkaConnectionError("Connection at one.example:9092 closed")
    error.__cause__ = cause
    return error


def _tls(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, reason)
    error.reason = reason
    return error


def _foreign() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_message = "self-signed certificate"
    return error


@pytest.fixture
def pair(tmp_path: Path) -> dict[str, Path]:
    issued = trustme.CA().issue_cert("me@example.org")
    issued.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    issued.private_key_pem.write_to_path(tmp_path / "key.pem")
    return {"tls_cert": tmp_path / "cert.pem", "tls_key": tmp_path / "key.pem"}


@pytest.mark.parametrize(
    ("error", "given", "words"),
    [
        (_foreign(), {"tls": True}, "its certificate is not trusted: self-signed certificate; give the authority"),
        (_tls("TLSV13_ALERT_CERTIFICATE_REQUIRED"), {"tls": True}, "give one with --tls-cert and --tls-key"),
        (_tls("TLSV1_ALERT_UNKNOWN_CA"), {"tls": True}, "does not accept our certificate"),
        (_closed(_tls("SSLV3_ALERT_BAD_CERTIFICATE")), {"tls": True}, "does not accept our certificate"),
        (kafka.SaslAuthenticationFailed("no"), _login(), "refuses the login of bob"),
        (kafka.UnsupportedSaslMechanismError("no"), _login(), "does not offer this --sasl-mechanism"),
        (kafka.IllegalSaslStateError("no"), _login(), "takes no login; leave --sasl-mechanism out"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
async def test_what_waiting_does_not_mend(script: Script, error: Exception, given: dict[str, Any], words: str) -> None:
    script({FIRST: error})
    with pytest.raises(ForbiddenError) as caught:
        await wait_for_cluster(_settings(**given))
    assert str(caught.value).startswith("connecting to one.example:9092: ")
    assert words in str(caught.value)


async def test_a_certificate_of_ours_that_is_not_accepted(script: Script, pair: dict[str, Path]) -> None:
    script({FIRST: _tls("TLSV1_ALERT_UNKNOWN_CA")})
    with pytest.raises(ForbiddenError, match=r"does it trust who signed --tls-cert\?"):
        await wait_for_cluster(_settings(**pair))


@pytest.mark.parametrize(
    ("error", "given", "words"),
    [
        (ConnectionRefusedError(111, "x"), {}, "connection refused; is Kafka running there? Check --bootstrap"),
        (TimeoutError(), {}, "no answer in time"),
        (_tls("WRONG_VERSION_NUMBER"), {"tls": True}, "TLS: wrong version number; does this port speak TLS?"),
        (_closed(EOFError()), {}, "it hangs up; does this port expect TLS (--tls), or a login (--sasl-mechanism)?"),
        (_closed(ConnectionResetError(104, "x")), _login(), "it hangs up; does this port expect TLS (--tls)?"),
        (_closed(EOFError()), {"tls": True}, "speak TLS, and does it expect a login (--sasl-mechanism)?"),
        (_closed(EOFError()), _login(tls=True), "does this port speak TLS?"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
async def test_what_may_pass_is_waited_for(script: Script, error: Exception, given: dict[str, Any], words: str) -> None:
    script({FIRST: error})
    with pytest.raises(ClusterError) as caught:
        await wait_for_cluster(_settings(**given), patience=0.01)
    assert str(caught.value).startswith("no broker answers at one.example:9092: ")
    assert words in str(caught.value)


async def test_who_comes_late_is_waited_for_and_that_is_said_once(script: Script) -> None:
    refused = ConnectionRefusedError(111, "x")
    script({FIRST: iter([refused, refused, refused, []])})
    structlog.reset_defaults()
    with capture_logs() as events:
        await asyncio.wait_for(wait_for_cluster(_settings(), patience=60), 60)
    assert [event["event"] for event in events] == ["waiting for kafka"]
    assert events[0]["reason"] == "connection refused"


async def test_who_hangs_up_once_after_long_is_waited_for(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    hang_up = 0.1
    monkeypatch.setattr(module, "_HANG_UP_SECONDS", hang_up)

    def starting() -> Iterator[object]:
        until = time.monotonic() + 2 * hang_up
        while time.monotonic() < until:
            yield ConnectionRefusedError(111, "x")
        yield _closed(EOFError())
        yield []

    script({FIRST: starting()})
    await asyncio.wait_for(wait_for_cluster(_settings(), patience=60), 60)


async def test_another_address_is_enough(script: Script) -> None:
    script({FIRST: ConnectionRefusedError(111, "x"), SECOND: [SECOND]})
    await wait_for_cluster(_settings(FIRST, SECOND), patience=0)
    assert await cluster_answers(_settings(FIRST, SECOND))


async def test_of_several_reasons_the_one_to_act_on_is_told(script: Script) -> None:
    script({FIRST: ConnectionRefusedError(111, "x"), SECOND: kafka.SaslAuthenticationFailed("no")})
    with pytest.raises(TaggerError, match=r"two\.example:9093: the cluster refuses the login"):
        await wait_for_cluster(_settings(FIRST, SECOND, **_login()))


async def test_an_advertised_address_that_leads_nowhere(script: Script) -> None:
    script({FIRST: [("inside", 19092)], ("inside", 19092): TimeoutError()})
    with pytest.raises(ClusterError) as caught:
        await wait_for_cluster(_settings(), patience=0)
    assert "no broker answers at inside:19092: no answer in time" in str(caught.value)
    assert "though one.example:9092 answers: is its advertised.listeners right" in str(caught.value)
    assert not await cluster_answers(_settings())


async def test_one_broker_that_answers_is_enough(script: Script) -> None:
    script({FIRST: [("dead", 1), ("alive", 2)], ("dead", 1): TimeoutError(), ("alive", 2): []})
    await wait_for_cluster(_settings(), patience=0)
