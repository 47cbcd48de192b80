"""What the HTTP front is made with, beside what it shares with the gRPC front."""

from __future__ import annotations

from dataclasses import dataclass

HTTP_OPTIONS = ("--http-host", "--http-port")  # that choose its address


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpSettings:
    """Where it listens, and what its callers get.

    Attributes:
        host: Name or address of an interface.
        port: 0 picks a free one.
        taxonomy: That of requests which name none; empty for the model's default.
        origins: Origins whose browser pages may call, such as "https://app.example"; other pages are refused.
        body_bytes: Bytes of one body, or of one line of a stream. Far less than gRPC takes in one frame: JSON is parsed
            in one go, and while that lasts, up to 33 ms for this many bytes, nobody else is answered.
    """

    host: str = "127.0.0.1"
    port: int = 0
    taxonomy: str = ""
    origins: tuple[str, ...] = ()
    body_bytes: int = 256 * 1024
