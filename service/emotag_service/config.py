"""Configuration of `emotag serve`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from emotag_service.access.address import OPTIONS, Address
from emotag_service.access.protection import ConnectionLimits, Protection, Quota, tls_files
from emotag_service.engine.limits import EngineLimits
from emotag_service.http.settings import HTTP_OPTIONS, HttpSettings
from emotag_service.operator_settings import OperatorSettings
from emotag_service.settings import ConfigError, about
from emotag_service.values import not_empty, origin, path, rate, seconds, some_seconds, whole_number, yes_or_no

if TYPE_CHECKING:
    from pathlib import Path

_ENGINE = EngineLimits()
_PROTECTION = Protection()
_CONNECTIONS = ConnectionLimits()
_HTTP = HttpSettings()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeConfig(OperatorSettings):
    """What `emotag serve` runs with: see `emotag_service.settings` for how it is given."""

    # Loopback by default: the port speaks plaintext to whoever reaches it. A container passes 0.0.0.0.
    host: str = field(
        default="127.0.0.1",
        metadata=about(not_empty, "address to listen on; 0.0.0.0 for every interface, which needs TLS or --insecure"),
    )
    port: int = field(
        default=50051,
        metadata=about(whole_number(0, 65_535), "port to listen on; 0 picks a free one and logs it"),
    )
    workers: int = field(
        default=1,
        metadata=about(
            whole_number(1, 256),
            "processes that share the ports; more than one are replaced when they die, and drained together",
        ),
    )
    tls_cert: Path | None = field(
        default=None,
        metadata=about(path, "PEM file of the certificate to answer with, and its chain; read again when it changes"),
    )
    tls_key: Path | None = field(
        default=None, metadata=about(path, "PEM file of its private key, when --tls-cert does not hold it too")
    )
    tls_client_ca: Path | None = field(
        default=None, metadata=about(path, "PEM file of the authorities whose clients are let in, and nobody else")
    )
    insecure: bool = field(
        default=False,
        metadata=about(yes_or_no, "speak plaintext also where other machines can connect", switch=True),
    )
    tokens: Path | None = field(
        default=None,
        metadata=about(
            path, "file of the tokens that calls must bring: `emotag token new`; read again when it changes"
        ),
    )
    reflection: bool = field(default=True, metadata=about(yes_or_no, "whether callers may ask for the contract"))
    model_info: bool = field(
        default=True, metadata=about(yes_or_no, "whether callers may ask for the model, its taxonomies and limits")
    )
    caller_messages_per_second: float = field(
        default=0.0, metadata=about(rate, "messages that each caller may send a second; 0 is no bound")
    )
    caller_bytes_per_second: float = field(
        default=0.0, metadata=about(rate, "bytes that each caller may send a second; 0 is no bound")
    )
    caller_streams: int = field(
        default=0, metadata=about(whole_number(0), "streams that each caller may have open; 0 is no bound")
    )
    max_streams: int = field(
        default=_PROTECTION.streams, metadata=about(whole_number(1), "streams that may be open, of all callers")
    )
    max_connections: int = field(
        default=_CONNECTIONS.connections, metadata=about(whole_number(1), "connections that may be open")
    )
    connection_calls: int = field(
        default=_CONNECTIONS.streams, metadata=about(whole_number(1), "calls that may be under way on one connection")
    )
    waiting_calls: int = field(
        default=_CONNECTIONS.waiting,
        metadata=about(whole_number(1), "calls that may wait to be taken up; more are reset, and may be made again"),
    )
    metadata_bytes: int = field(
        default=_CONNECTIONS.metadata_bytes, metadata=about(whole_number(1024), "bytes of the metadata of one call")
    )
    handshake_seconds: float = field(
        default=_CONNECTIONS.handshake_seconds,
        metadata=about(some_seconds, "how long a connection may take to say TLS and HTTP/2"),
    )
    idle_seconds: float = field(
        default=_CONNECTIONS.idle_seconds,
        metadata=about(some_seconds, "how long a connection without a call stays open; half a header is none"),
    )
    connection_age_seconds: float = field(
        default=_CONNECTIONS.age_seconds,
        metadata=about(seconds, "after how long a connection is closed, for clients to find new servers; 0 is never"),
    )
    connection_grace_seconds: float = field(
        default=_CONNECTIONS.grace_seconds,
        metadata=about(seconds, "how long the calls of a connection that is closed for its age may go on"),
    )
    checkpoint: Path | None = field(
        default=None,
        metadata=about(path, "folder of the checkpoint to answer with (default: the one that ships)"),
    )
    devices: str = field(
        default="auto",
        metadata=about(
            not_empty,
            "where to compute: cpu, cpu:N for N replicas, cuda, cuda:0,cuda:1, or auto: all GPUs, else up to 4 cores",
        ),
    )
    queue_messages: int = field(
        default=_ENGINE.queue_messages,
        metadata=about(whole_number(1), "messages held at once; more are answered with RESOURCE_EXHAUSTED"),
    )
    queue_bytes: int = field(
        default=_ENGINE.queue_bytes,
        metadata=about(whole_number(1), "bytes of text held at once; more are answered with RESOURCE_EXHAUSTED"),
    )
    batch_bytes: int = field(
        default=_ENGINE.batch_bytes,
        metadata=about(whole_number(1), "bytes of text computed at once"),
    )
    drain_seconds: float = field(
        default=30.0,
        metadata=about(seconds, "on SIGTERM, how many seconds admitted messages may take to be answered"),
    )
    http_port: int | None = field(
        default=None,
        metadata=about(
            whole_number(0, 65_535),
            "port for HTTP, beside that for gRPC; 0 picks a free one and logs it (default: closed)",
        ),
    )
    http_host: str = field(
        default="127.0.0.1",
        metadata=about(not_empty, "address that the HTTP port listens on, under the rules of --host"),
    )
    http_taxonomy: str = field(
        default="",
        metadata=about(
            str,
            "taxonomy of HTTP requests that name none, save Classify (the model's own) and /v1/classifications (all) "
            "(default: the model's own)",
        ),
    )
    http_body_bytes: int = field(
        default=_HTTP.body_bytes,
        metadata=about(
            whole_number(1024), "bytes of one HTTP body, or of one line of a stream; all else waits while it is parsed"
        ),
    )
    http_origin: tuple[str, ...] = field(
        default=(),
        metadata=about(
            origin,
            "origin whose browser pages may call over HTTP, such as https://app.example; no others may",
            many=True,
        ),
    )

    @property
    def protection(self) -> Protection:
        """How the port is protected.

        Raises:
            ConfigError: Settings contradict each other.
        """
        try:
            files = tls_files(self.tls_cert, self.tls_key, self.tls_client_ca)
        except ValueError as error:
            raise ConfigError(str(error)) from error
        return Protection(
            tls=files,
            insecure=self.insecure,
            tokens=self.tokens,
            reflection=self.reflection,
            model_info=self.model_info,
            quota=Quota(
                messages_per_second=self.caller_messages_per_second,
                bytes_per_second=self.caller_bytes_per_second,
                streams=self.caller_streams,
            ),
            streams=self.max_streams,
            connections=ConnectionLimits(
                connections=self.max_connections,
                streams=self.connection_calls,
                waiting=self.waiting_calls,
                metadata_bytes=self.metadata_bytes,
                handshake_seconds=self.handshake_seconds,
                idle_seconds=self.idle_seconds,
                age_seconds=self.connection_age_seconds,
                grace_seconds=self.connection_grace_seconds,
            ),
        )

    @property
    def fronts(self) -> tuple[Address, ...]:
        """Where messages are taken: for gRPC, and for HTTP where that is asked for."""
        grpc = Address(self.host, self.port, OPTIONS)
        return (grpc,) if self.http_port is None else (grpc, Address(self.http_host, self.http_port, HTTP_OPTIONS))

    @property
    def addresses(self) -> tuple[Address, ...]:
        """All that is listened on, the operators' port with the fronts."""
        if self.ops_port is None:
            return self.fronts
        return (*self.fronts, Address(self.ops_host, self.ops_port, ("--ops-host", "--ops-port")))

    @property
    def http(self) -> HttpSettings | None:
        """What the HTTP port is opened with; None where it stays closed."""
        if self.http_port is None:
            return None
        return HttpSettings(
            host=self.http_host,
            port=self.http_port,
            taxonomy=self.http_taxonomy,
            origins=self.http_origin,
            body_bytes=self.http_body_bytes,
        )

    @property
    def engine_limits(self) -> EngineLimits:
        """The bounds that the engine is started with.

        Raises:
            ConfigError: They contradict each other.
        """
        try:
            return EngineLimits(
                queue_messages=self.queue_messages, queue_bytes=self.queue_bytes, batch_bytes=self.batch_bytes
            )
        except ValueError as error:
            raise ConfigError(str(error)) from error
