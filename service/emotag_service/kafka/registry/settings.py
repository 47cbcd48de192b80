"""Where the schema registry is, and who we are to it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from emotag_service.kafka.errors import SettingsError
from emotag_service.process.secrets import Secret, SecretFile, UnusableFileError, read_secret, tls_context
from emotag_service.settings import about
from emotag_service.values import not_empty, path, some_seconds

if TYPE_CHECKING:
    import ssl
    from pathlib import Path

PASSWORD_VARIABLE = "EMOTAG_SCHEMA_REGISTRY_PASSWORD"  # noqa: S105 - the name of the variable, not what is in it
_REGISTRY = "the schema registry"


def registry_url(text: str) -> str:
    """Parse the address of a registry; raises ValueError that says what would be right."""
    try:
        parts = urlsplit(text)
        whole = parts.scheme in {"http", "https"} and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:  # of a port that is none
        whole = False
    if not whole or parts.query or parts.fragment or parts.username is not None:
        raise ValueError("must be http://HOST:PORT or https://HOST, without a password, such as http://localhost:8081")
    return text.rstrip("/")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrySettings:
    """What `emotag tag-topic` finds schemas with; its representation shows no secret.

    Raises:
        SettingsError: Settings contradict each other.
    """

    schema_registry: str = field(
        default="",
        metadata=about(
            registry_url,
            "address of the registry of the inputs' schemas: then values framed by Confluent's serializers are read",
            metavar="URL",
            group=_REGISTRY,
        ),
    )
    schema_registry_user: str = field(
        default="", metadata=about(not_empty, "who logs in, with a password", metavar="U", group=_REGISTRY)
    )
    schema_registry_password_file: Path | None = field(
        default=None,
        metadata=about(
            path,
            f"file that holds the password, read again each time (default: it is in ${PASSWORD_VARIABLE})",
            metavar="F",
            group=_REGISTRY,
        ),
    )
    schema_registry_token_file: Path | None = field(
        default=None,
        metadata=about(path, "or file that holds a bearer token, read again each time", metavar="F", group=_REGISTRY),
    )
    schema_registry_tls_ca: Path | None = field(
        default=None,
        metadata=about(
            path, "PEM file of the authorities that sign it (default: the system's)", metavar="F", group=_REGISTRY
        ),
    )
    schema_registry_tls_cert: Path | None = field(
        default=None, metadata=about(path, "PEM file of our certificate, for mutual TLS", metavar="F", group=_REGISTRY)
    )
    schema_registry_tls_key: Path | None = field(
        default=None, metadata=about(path, "PEM file of its private key", metavar="F", group=_REGISTRY)
    )
    schema_registry_timeout: float = field(
        default=10.0,
        metadata=about(
            some_seconds,
            "how long records wait for a schema, attempts and all, before they count as untaggable",
            metavar="S",
            group=_REGISTRY,
        ),
    )

    def __post_init__(self) -> None:
        if not self.schema_registry:
            given = self.schema_registry_user or self.schema_registry_token_file or self.schema_registry_password_file
            if given or self._tls_files != (None, None, None):
                raise SettingsError("--schema-registry-… options mean nothing without --schema-registry URL")
            return
        if self._tls_files != (None, None, None) and not self.schema_registry.startswith("https:"):
            raise SettingsError("--schema-registry-tls-ca, -cert and -key mean nothing without https://")
        if self.schema_registry_user and self.schema_registry_token_file:
            raise SettingsError("--schema-registry-user and --schema-registry-token-file: give one of them")
        if self.schema_registry_password_file and not self.schema_registry_user:
            raise SettingsError("--schema-registry-password-file is given without --schema-registry-user")

    @property
    def _tls_files(self) -> tuple[Path | None, Path | None, Path | None]:
        return self.schema_registry_tls_ca, self.schema_registry_tls_cert, self.schema_registry_tls_key

    def password(self) -> Secret:
        """Read the password; empty where nobody logs in with one. Raises SettingsError where the user has none."""
        if not self.schema_registry_user:
            return Secret()
        if self.schema_registry_password_file is not None:
            return _secret(self.schema_registry_password_file, "--schema-registry-password-file")
        given = os.environ.get(PASSWORD_VARIABLE, "")
        if not given:
            raise SettingsError(
                "--schema-registry-user needs a password: give --schema-registry-password-file, or set "
                f"${PASSWORD_VARIABLE}"
            )
        return Secret(given)

    def token(self) -> SecretFile | None:
        """Read the bearer token; None where there is none. Raises SettingsError."""
        if self.schema_registry_token_file is None:
            return None
        return _secret(self.schema_registry_token_file, "--schema-registry-token-file")

    def tls(self) -> ssl.SSLContext:
        """What it is connected with over https. Raises SettingsError for a file that cannot be used."""
        try:
            return tls_context(*self._tls_files)
        except UnusableFileError as error:
            raise SettingsError(str(error).replace("--tls-", "--schema-registry-tls-")) from error


def _secret(file: Path, option: str) -> SecretFile:
    try:
        return SecretFile(read_secret(file, option), file, option)
    except UnusableFileError as error:
        raise SettingsError(str(error)) from error
