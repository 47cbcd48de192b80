"""What stands between the network and the gRPC front: who may connect, who may call, and how much."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """How a server is protected; by default it speaks plaintext, to this machine alone.

    Attributes:
        tls: Certificates; None means plaintext.
        insecure: Plaintext may be spoken also where other machines can connect.
    """

    tls: TlsFiles | None = None
    insecure: bool = False
