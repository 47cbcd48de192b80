"""Reaches the cluster before anything else does, to say why it cannot be reached: aiokafka only logs the reasons."""

from __future__ import annotations

import asyncio
import ssl
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from aiokafka.errors import IllegalSaslStateError, KafkaError
from aiokafka.protocol.metadata import MetadataRequest

from emotag_service.kafka.cluster.aiokafka_private import connect
from emotag_service.kafka.cluster.failures import chain, explain, reason
from emotag_service.kafka.errors import ClusterError, ForbiddenError, TaggerError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from emotag_service.kafka.cluster.client import ClientSettings

_log = structlog.get_logger(__name__)

PATIENCE_SECONDS = 20.0
_HANG_UP_SECONDS = 3.0  # who hangs up is there, and seldom only starting
_ANSWER_SECONDS = 10.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0


async def wait_for_cluster(settings: ClientSettings, *, patience: float = PATIENCE_SECONDS) -> None:
    """Wait until a broker answers, and takes us for who we are.

    Args:
        settings: Where and who.
        patience: Seconds that a cluster may take which is still starting.

    Raises:
        ForbiddenError: It refuses us, or we do not trust it; waiting would not help.
        ClusterError: No broker answers.
    """
    began, pause, waiting = time.monotonic(), _FIRST_PAUSE, False
    same, since = "", began
    while (problem := await _problem(settings)) is not None:
        if isinstance(problem, TaggerError):
            raise problem
        now = time.monotonic()
        if problem.reason != same:  # a broker that is starting refuses first, and may hang up then
            same, since = problem.reason, now
        if now - began >= patience or now - since >= min(patience, problem.patience):
            raise ClusterError(f"no broker answers at {problem.address}: {problem.reason}; {problem.fix}")
        if not waiting:
            _log.warning(
                "waiting for kafka",
                broker=problem.address,
                reason=problem.reason,
                seconds=min(patience, problem.patience),
            )
            waiting = True
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)


async def cluster_answers(settings: ClientSettings) -> bool:
    """Whether a broker answers now."""
    return await _problem(settings) is None


@dataclass(frozen=True, slots=True)
class _Unreachable:
    """A broker does not answer, which may pass."""

    address: str
    reason: str
    fix: str = "is Kafka running there? Check --bootstrap"
    patience: float = PATIENCE_SECONDS


async def _problem(settings: ClientSettings) -> TaggerError | _Unreachable | None:
    """Try every address; None when one of them, and a broker that it names, answers."""
    problems: list[TaggerError | _Unreachable] = []
    for address in settings.bootstrap:
        host, _, port = address.rpartition(":")
        try:
            brokers = await _ask(settings, host.strip("[]"), int(port))
        except (OSError, EOFError, KafkaError, AssertionError) as error:
            problems.append(_translate(error, address, settings))
            continue
        return await _advertised(settings, brokers)
    return next((problem for problem in problems if isinstance(problem, TaggerError)), problems[0])


async def _advertised(settings: ClientSettings, brokers: Iterable[tuple[str, int]]) -> _Unreachable | None:
    """Whether a broker answers at the address that the cluster gives for it: clients use no other."""
    problem: _Unreachable | None = None
    for host, port in brokers:
        try:
            await _ask(settings, host, port)
        except (OSError, EOFError, KafkaError, AssertionError) as error:
            fix = (
                f"the cluster names this address for its broker, though {settings.bootstrap[0]} answers: "
                "is its advertised.listeners right for clients here?"
            )
            problem = _Unreachable(f"{host}:{port}", reason(error), fix)
        else:
            return None
    return problem


async def _ask(settings: ClientSettings, host: str, port: int) -> list[tuple[str, int]]:
    """Connect, log in, and ask for the brokers of the cluster: the first request that needs a login."""
    arguments = {name: value for name, value in settings.kwargs().items() if name != "bootstrap_servers"}
    connection = await connect(host, port, request_timeout_ms=int(_ANSWER_SECONDS * 1000), **arguments)
    try:
        answer = await connection.send(MetadataRequest([]))
    finally:
        await connection.close()
    return [(broker[1], broker[2]) for broker in answer.brokers]


def _translate(error: BaseException, address: str, settings: ClientSettings) -> TaggerError | _Unreachable:
    explained = explain(error, f"connecting to {address}", user=settings.sasl_username)
    if explained is not None:
        return explained
    for link in chain(error):
        if isinstance(link, IllegalSaslStateError):
            return ForbiddenError(f"connecting to {address}: this port takes no login; leave --sasl-mechanism out")
        if isinstance(link, ssl.SSLCertVerificationError):
            return ForbiddenError(
                f"connecting to {address}: {reason(link)}; give the authority that signed it with --tls-ca, and the "
                "name that stands in it with --bootstrap"
            )
        if isinstance(link, ssl.SSLError):
            return _tls_problem(link, address, settings)
        if isinstance(link, EOFError | ConnectionResetError):
            return _Unreachable(address, "it hangs up", _what_it_missed(settings), _HANG_UP_SECONDS)
    return _Unreachable(address, reason(error))


def _tls_problem(error: ssl.SSLError, address: str, settings: ClientSettings) -> TaggerError | _Unreachable:
    words = error.reason or ""
    if ("ALERT" in words and "CERTIFICATE" in words) or words.endswith("UNKNOWN_CA"):
        fix = "does it trust who signed --tls-cert?" if settings.tls_cert else "give one with --tls-cert and --tls-key"
        return ForbiddenError(f"connecting to {address}: the cluster does not accept our certificate; {fix}")
    return _Unreachable(address, reason(error), "does this port speak TLS? If not, leave --tls out", _HANG_UP_SECONDS)


def _what_it_missed(settings: ClientSettings) -> str:
    return {
        "PLAINTEXT": "does this port expect TLS (--tls), or a login (--sasl-mechanism)?",
        "SASL_PLAINTEXT": "does this port expect TLS (--tls)?",
        "SSL": "does this port speak TLS, and does it expect a login (--sasl-mechanism)?",
        "SASL_SSL": "does this port speak TLS?",
    }[settings.security_protocol]
