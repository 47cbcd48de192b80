"""What stands between the network and the gRPC front: who may connect, who may call, and how much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emotag_service.grpc.certificates import TlsFiles


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """How a server is protected; by default it speaks plaintext, to this machine alone.

    Attributes:
        tls: Certificates; None means plaintext.
        insecure: Plaintext may be spoken also where other machines can connect.
    """

    tls: TlsFiles | None = None
    insecure: bool = False
