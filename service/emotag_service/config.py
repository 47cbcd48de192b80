"""Configuration of `emotag serve`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from emotag_service.engine.limits import EngineLimits
from emotag_service.grpc.protection import Protection, TlsFiles
from emotag_service.logs import LOG_FORMATS, LOG_LEVELS, LogFormat
from emotag_service.settings import ConfigError, about
from emotag_service.values import not_empty, one_of, path, seconds, whole_number, yes_or_no

if TYPE_CHECKING:
    from pathlib import Path

_ENGINE = EngineLimits()


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeConfig:
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
    log_format: LogFormat = field(
        default="auto",
        metadata=about(one_of(*LOG_FORMATS), "console for people, json for machines; auto: console on a terminal"),
    )
    log_level: str = field(
        default="info",
        metadata=about(one_of(*LOG_LEVELS), f"least level that is logged: {', '.join(LOG_LEVELS)}"),
    )

    @property
    def protection(self) -> Protection:
        """How the port is protected.

        Raises:
            ConfigError: Settings contradict each other.
        """
        if self.tls_cert is not None:
            files = TlsFiles(certificate=self.tls_cert, key=self.tls_key, client_ca=self.tls_client_ca)
            return Protection(tls=files, insecure=self.insecure)
        if self.tls_key is not None or self.tls_client_ca is not None:
            given = "--tls-client-ca" if self.tls_key is None else "--tls-key"
            raise ConfigError(f"{given} is given without --tls-cert: give the certificate to answer with")
        return Protection(insecure=self.insecure)

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
