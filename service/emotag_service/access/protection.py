"""What stands between the network and the fronts: who may connect, who may call, and how much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFiles:
    """Where the certificates are, in PEM form.

    Attributes:
        certificate: The server's, and what chains it to an authority.
        key: Its private key, without passphrase; None when `certificate` holds it too.
        client_ca: Authorities whose clients are let in, and nobody else (mutual TLS); None lets everybody connect.
    """

    certificate: Path
    key: Path | None = None
    client_ca: Path | None = None


def tls_files(certificate: Path | None, key: Path | None, client_ca: Path | None) -> TlsFiles | None:
    """The files that options name, each None where it is not given.

    Raises:
        ValueError: There is no certificate for the others.
    """
    if certificate is not None:
        return TlsFiles(certificate=certificate, key=key, client_ca=client_ca)
    if key is not None or client_ca is not None:
        given = "--tls-client-ca" if key is None else "--tls-key"
        raise ValueError(f"{given} is given without --tls-cert: give the certificate to answer with")
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """How much one caller may send; 0 is no bound.

    Attributes:
        messages_per_second: Messages, over all its calls.
        bytes_per_second: Bytes of its requests and frames.
        streams: Streams that are open at once.
    """

    messages_per_second: float = 0.0
    bytes_per_second: float = 0.0
    streams: int = 0

    def __post_init__(self) -> None:
        for name in ("messages_per_second", "bytes_per_second", "streams"):
            if not 0 <= getattr(self, name) < float("inf"):
                raise ValueError(f"{name} must be 0, which is no bound, or more, not {getattr(self, name)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLimits:
    """Bounds of connections, as gRPC's own options hold them.

    Attributes:
        connections: How many are open at once; one more is closed at once.
        streams: Calls under way on one, streams and unary ones; clients hold back what is more.
        waiting: Calls of all connections that may wait until the event loop takes them up; what is more gRPC resets
            by itself, without a status of ours: the client sees CANCELLED. A refusal in Python costs too large a part
            of an answer to keep a server at work that is asked too much.
        metadata_bytes: Bytes of a call's metadata; more ends the call with RESOURCE_EXHAUSTED.
        handshake_seconds: How long a connection may take to say that it speaks TLS and HTTP/2.
        idle_seconds: How long one stays open without a call. That holds for half a header, too: until all of it is
            there it is no call, however slowly more of it drips.
        age_seconds: After how long one is closed, so that clients find new servers and show their certificates again;
            0 is never. Its streams are told to end, and end after `grace_seconds`.
        grace_seconds: How long the calls of one that is closed for its age may go on.
    """

    connections: int = 4096
    streams: int = 512
    waiting: int = 512
    metadata_bytes: int = 8192
    handshake_seconds: float = 20.0
    idle_seconds: float = 300.0
    age_seconds: float = 0.0
    grace_seconds: float = 30.0

    def options(self) -> tuple[tuple[str, int], ...]:
        """The options of a server."""
        options = [
            ("grpc.max_allowed_incoming_connections", self.connections),
            ("grpc.max_concurrent_streams", self.streams),
            # Both alike, here and below, or gRPC refuses some calls between the two by chance.
            ("grpc.server.max_pending_requests", self.waiting),
            ("grpc.server.max_pending_requests_hard_limit", self.waiting),
            ("grpc.max_metadata_size", self.metadata_bytes),
            ("grpc.absolute_max_metadata_size", self.metadata_bytes),
            ("grpc.server_handshake_timeout_ms", _milliseconds(self.handshake_seconds)),
            ("grpc.max_connection_idle_ms", _milliseconds(self.idle_seconds)),
        ]
        if self.age_seconds:
            options += [
                ("grpc.max_connection_age_ms", _milliseconds(self.age_seconds)),
                ("grpc.max_connection_age_grace_ms", _milliseconds(self.grace_seconds)),
            ]
        return tuple(options)


_NO_BOUND = Quota()
_CONNECTIONS = ConnectionLimits()


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """How a server is protected; by default it speaks plaintext, to this machine alone.

    Attributes:
        tls: Certificates; None means plaintext.
        insecure: Plaintext may be spoken also where other machines can connect.
        tokens: File of the tokens that calls must bring; None asks for none.
        reflection: Whether callers may ask for the contract.
        model_info: Whether callers may ask for the model, its taxonomies and its limits.
        quota: What each caller may send.
        streams: Streams that may be open at once, of all callers.
        connections: What one connection may do.
    """

    tls: TlsFiles | None = None
    insecure: bool = False
    tokens: Path | None = None
    reflection: bool = True
    model_info: bool = True
    quota: Quota = _NO_BOUND
    streams: int = 4096
    connections: ConnectionLimits = _CONNECTIONS

    @property
    def mutual(self) -> bool:
        """Clients prove who they are by certificates."""
        return self.tls is not None and self.tls.client_ca is not None


def _milliseconds(seconds: float) -> int:
    return max(1, int(seconds * 1000))
