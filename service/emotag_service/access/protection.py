"""What stands between the network and the fronts: who may connect, who may call, and how much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from emotag_service.access.connections import ConnectionLimits
from emotag_service.access.quota import Quota

if TYPE_CHECKING:
    from pathlib import Path

_NO_BOUND = Quota()
_CONNECTIONS = ConnectionLimits()


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
