"""How a Kafka cluster is reached: the same options for every command, the same arguments for every client."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from emotag_service.kafka.errors import SettingsError
from emotag_service.process.secrets import Secret, SecretFile, UnusableFileError, read_secret, tls_context
from emotag_service.settings import about, given_values
from emotag_service.values import not_empty, one_of, path, yes_or_no

if TYPE_CHECKING:
    import argparse
    import ssl
    from collections.abc import Mapping
    from pathlib import Path

PASSWORD_VARIABLE = "EMOTAG_SASL_PASSWORD"  # noqa: S105 - the name of the variable, not what is in it
_CLUSTER = "the Kafka cluster"
_ADDRESS = re.compile(r"(?P<host>\[[0-9a-fA-F:.%]+\]|[^\[\]:/\s,]+):(?P<port>[0-9]{1,5})")


def addresses(text: str) -> tuple[str, ...]:
    """Parse HOST:PORT[,HOST:PORT...]."""
    parts = tuple(part.strip() for part in text.split(","))
    for part in parts:
        found = _ADDRESS.fullmatch(part)
        if found is None or not 0 < int(found["port"]) < 65_536:
            raise ValueError("must be HOST:PORT, or several between commas, such as localhost:9092")
    return parts


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSettings:
    """Where the cluster is, and who we are to it; its representation never shows the password.

    Attributes:
        sasl_password: From a file or the environment, never from the command line, where every user of the machine
            could read it.
    """

    bootstrap: tuple[str, ...] = field(
        metadata=about(
            addresses, "brokers to ask for the others: host:port, several between commas", metavar="H:P", group=_CLUSTER
        )
    )
    tls: bool = field(
        default=False,
        metadata=about(
            yes_or_no,
            "connect with TLS, trusting the authorities of this system",
            switch=True,
            group=_CLUSTER,
        ),
    )
    tls_ca: Path | None = field(
        default=None,
        metadata=about(
            path,
            "PEM file of the authorities to trust instead; implies --tls",
            metavar="F",
            group=_CLUSTER,
        ),
    )
    tls_cert: Path | None = field(
        default=None,
        metadata=about(
            path,
            "PEM file of our certificate, for mutual TLS; implies --tls",
            metavar="F",
            group=_CLUSTER,
        ),
    )
    tls_key: Path | None = field(
        default=None,
        metadata=about(
            path, "PEM file of its key, without passphrase (default: in --tls-cert)", metavar="F", group=_CLUSTER
        ),
    )
    sasl_mechanism: str | None = field(
        default=None,
        metadata=about(
            one_of("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"),
            "log in with a password: PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512 (default: no login)",
            metavar="M",
            group=_CLUSTER,
        ),
    )
    sasl_username: str | None = field(
        default=None, metadata=about(not_empty, "who logs in", metavar="U", group=_CLUSTER)
    )
    sasl_password_file: Path | None = field(
        default=None,
        metadata=about(
            path,
            f"file that holds the password, read again for each connection (default: it is in ${PASSWORD_VARIABLE})",
            metavar="F",
            group=_CLUSTER,
        ),
    )
    sasl_password: str | None = field(default=None, repr=False)
    _context: ssl.SSLContext | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _check_sasl(self)
        if self.tls or self.tls_ca or self.tls_cert or self.tls_key:
            object.__setattr__(self, "_context", _tls(self))

    @classmethod
    def from_arguments(cls, args: argparse.Namespace, environment: Mapping[str, str] = os.environ) -> Self:
        """Put the settings together; see `emotag_service.settings.make_settings`. The password may be in `environment`.

        Raises:
            ConfigError: A value is not one that its setting can have, or --bootstrap is missing.
            SettingsError: Settings contradict each other, or a file cannot be used.
        """
        values = given_values(cls, args)
        return cls(**values, sasl_password=_password(values.get("sasl_password_file"), environment))

    @property
    def security_protocol(self) -> str:
        """What Kafka calls the kind of connection."""
        if self.sasl_mechanism:
            return "SASL_SSL" if self._context else "SASL_PLAINTEXT"
        return "SSL" if self._context else "PLAINTEXT"

    def _secret(self) -> Secret:
        password = self.sasl_password or ""
        if self.sasl_password_file is None:
            return Secret(password)
        return SecretFile(password, self.sasl_password_file, "--sasl-password-file")

    def kwargs(self) -> dict[str, Any]:
        """The arguments that every client of aiokafka takes; their representation does not show the password."""
        arguments: dict[str, Any] = {
            "bootstrap_servers": list(self.bootstrap),
            "client_id": "emotag",
            "security_protocol": self.security_protocol,
            "ssl_context": self._context,
        }
        if self.sasl_mechanism:
            arguments |= {
                "sasl_mechanism": self.sasl_mechanism,
                "sasl_plain_username": self.sasl_username,
                "sasl_plain_password": self._secret(),
            }
        return arguments


def _password(file: Path | None, environment: Mapping[str, str]) -> str | None:
    given = environment.get(PASSWORD_VARIABLE) or None
    if file is None:
        return given
    if given is not None:
        raise SettingsError(f"--sasl-password-file and ${PASSWORD_VARIABLE} are both given: keep one of them")
    try:
        return read_secret(file, "--sasl-password-file")
    except UnusableFileError as error:
        raise SettingsError(str(error)) from error


def _tls(settings: ClientSettings) -> ssl.SSLContext:
    try:
        return tls_context(settings.tls_ca, settings.tls_cert, settings.tls_key)
    except UnusableFileError as error:
        raise SettingsError(str(error)) from error


def _check_sasl(settings: ClientSettings) -> None:
    if settings.sasl_mechanism is None:
        if settings.sasl_username is not None or settings.sasl_password_file is not None:
            given = "--sasl-username" if settings.sasl_username is not None else "--sasl-password-file"
            raise SettingsError(f"{given} is given without --sasl-mechanism: add one, such as SCRAM-SHA-256")
        return
    if settings.sasl_username is None:
        raise SettingsError(f"--sasl-mechanism {settings.sasl_mechanism} needs --sasl-username")
    if settings.sasl_password is None:
        raise SettingsError(
            f"--sasl-mechanism {settings.sasl_mechanism} needs a password: "
            f"give --sasl-password-file, or set ${PASSWORD_VARIABLE}"
        )
