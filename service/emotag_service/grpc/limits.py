"""What the gRPC front accepts, and how much of one stream it holds."""

from __future__ import annotations

from dataclasses import dataclass

MAX_ID_BYTES = 256
"""Bytes of UTF-8 in `Message.id`; part of the contract."""

REPEAT_WINDOW = 4096
"""An id may not repeat within this many messages of a stream; part of the contract."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontLimits:
    """Bounds of one call.

    Attributes:
        frame_bytes: Bytes of one request or frame. 16 MiB, so that a message of several megabytes is read and answered
            by its own error instead of ending the stream.
        frame_messages: Messages of one unary request or frame.
        stream_messages: Messages of one stream that are read and not yet answered; reading stops there. Less than
            `REPEAT_WINDOW`, so that no id in flight can be given twice.
        reply_tags: Tags in one reply frame, so that the frame stays under a client's default limit of 4 MiB.
        explained_tags: The same when the tags carry token weights.
    """

    frame_bytes: int = 16 * 2**20
    frame_messages: int = 1024
    stream_messages: int = 2048
    reply_tags: int = 256
    explained_tags: int = 32

    def __post_init__(self) -> None:
        if not 0 < self.frame_messages <= self.stream_messages < REPEAT_WINDOW:
            raise ValueError(f"need 0 < frame_messages <= stream_messages < {REPEAT_WINDOW}: {self}")
