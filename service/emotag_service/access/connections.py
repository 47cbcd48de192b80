"""What connections may do, as gRPC's own options hold it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionLimits:
    """Bounds of connections.

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


def _milliseconds(seconds: float) -> int:
    return max(1, int(seconds * 1000))
