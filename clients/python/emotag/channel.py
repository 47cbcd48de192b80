"""How the SDK connects: channel arguments, credentials, metadata."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import grpc

from emotag.errors import InvalidArgumentError
from emotag.token import check_readable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from emotag.tls import TLS
    from emotag.token import BearerToken

DEFAULT_TARGET = "localhost:50051"
# Replies with all scores and token weights are larger than gRPC's default of 4 MiB allows; requests are kept
# within the limits that the server names by whoever makes them.
ARGUMENTS: tuple[tuple[str, int | str], ...] = (
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),  # idle streams of agents cross NATs that forget
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.initial_reconnect_backoff_ms", 100),  # `Retry` paces; gRPC's own second would hide a server that is back
    ("grpc.max_reconnect_backoff_ms", 2_000),
    ("grpc.max_receive_message_length", 64 << 20),
    ("grpc.max_send_message_length", -1),
)


_KEY = re.compile(r"[0-9a-z_.-]+")
_VALUE = re.compile(rb"[ -~]*")


@dataclass(frozen=True, slots=True)
class Connection:
    """Where to and with what to connect.

    Attributes:
        target: gRPC target, such as "localhost:50051" or "dns:///emotag.example:443".
        credentials: TLS as gRPC has it.
        metadata: Sent with every call: pairs of a key and a value, which is bytes where the key ends in -bin.
        tls: TLS by files. Without it and credentials the connection is plaintext.
        token: Says with every call who calls.
    """

    target: str = DEFAULT_TARGET
    credentials: grpc.ChannelCredentials | None = None
    metadata: tuple[tuple[str, str | bytes], ...] = ()
    tls: TLS | None = None
    token: BearerToken | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.target, str) or not self.target:
            raise InvalidArgumentError(f"target must be host:port, not {self.target!r}", field="target")
        if self.tls is not None and self.credentials is not None:
            raise InvalidArgumentError(
                "give tls or credentials, not both: each of them says how to encrypt", field="credentials"
            )
        _check_metadata(self.metadata)
        if self.token is not None and self.tls is None and self.credentials is None:
            check_readable(self.target)

    def call_metadata(self) -> tuple[tuple[str, str | bytes], ...]:
        """What a call that begins now brings.

        Raises:
            InvalidArgumentError: What the file of the token holds now is none.
        """
        return self.metadata if self.token is None else self.metadata + self.token.metadata()

    def channel(self, read: grpc.ChannelCredentials | None = None) -> grpc.Channel:
        """Open a channel for blocking calls; it connects at the first one.

        Args:
            read: What the files of `tls` hold, of whoever has read them.

        Raises:
            InvalidArgumentError: A file of `tls` cannot be used.
        """
        credentials = read or self._credentials()
        if credentials is None:
            return grpc.insecure_channel(self.target, options=ARGUMENTS)
        return grpc.secure_channel(self.target, credentials, options=self._arguments())

    def aio_channel(
        self, more: tuple[tuple[str, int | str], ...] = (), read: grpc.ChannelCredentials | None = None
    ) -> grpc.aio.Channel:
        """Open a channel for the running event loop; it connects at the first call.

        Args:
            more: Of gRPC, beside `ARGUMENTS`.
            read: What the files of `tls` hold, of whoever has read them.

        Raises:
            InvalidArgumentError: A file of `tls` cannot be used.
        """
        credentials = read or self._credentials()
        if credentials is None:
            return grpc.aio.insecure_channel(self.target, options=ARGUMENTS + more)
        return grpc.aio.secure_channel(self.target, credentials, options=self._arguments() + more)

    def _credentials(self) -> grpc.ChannelCredentials | None:
        return self.credentials if self.tls is None else self.tls.credentials()

    def _arguments(self) -> tuple[tuple[str, int | str], ...]:
        return ARGUMENTS if self.tls is None else ARGUMENTS + self.tls.arguments()


def _check_metadata(metadata: Iterable[object]) -> None:
    """See that gRPC can send it, which takes what it can not for a call that failed. Values are not repeated: secrets.

    Raises:
        InvalidArgumentError: It can not.
    """
    for pair in metadata:
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise _unsendable('must be pairs of a key and a value, such as [("x-tenant", "a")]')
        key, value = pair
        if not isinstance(key, str) or not _KEY.fullmatch(key):
            raise _unsendable(f"the key {key!r} can not be sent; give one of a to z, 0 to 9, _, - and .")
        if key.endswith("-bin"):
            if not isinstance(value, bytes):
                raise _unsendable(f"the value of {key!r} must be bytes, not {type(value).__name__}, as of keys in -bin")
        elif not _is_text(value):
            raise _unsendable(f"the value of {key!r} must be printable ASCII; give bytes by a key that ends in -bin")


def _is_text(value: object) -> bool:
    given = value.encode("ascii") if isinstance(value, str) and value.isascii() else value
    return isinstance(given, bytes) and _VALUE.fullmatch(given) is not None


def _unsendable(problem: str) -> InvalidArgumentError:
    return InvalidArgumentError(f"metadata: {problem}", field="metadata")
