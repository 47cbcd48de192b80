"""Emotion tags for what agents say to each other: the client SDK.

from emotag import EmotionClient

with EmotionClient("localhost:50051") as client:
    for tag in client.stream(["Thank you so much!", "This is the third time it broke."]):
        print(tag.label, tag.score)
"""

import os

# Before grpc is imported, which reads it then: at its own default of INFO gRPC writes to standard error, as they are,
# words that a peer sends with the end of a connection, line breaks and terminal escapes included.
os.environ.setdefault("GRPC_VERBOSITY", "ERROR")

from emotag.aio_client import AsyncEmotionClient
from emotag.client import EmotionClient
from emotag.errors import (
    CallCancelledError,
    ClientClosedError,
    DeadlineExceededError,
    EmotionError,
    InternalError,
    InvalidArgumentError,
    LimitExceededError,
    OverloadedError,
    PermissionDeniedError,
    ProtocolError,
    StreamBrokenError,
    UnauthenticatedError,
    UnavailableError,
    UnsupportedError,
)
from emotag.info import Info, Limits, Model, Taxonomy
from emotag.message import Message
from emotag.retry import Retry
from emotag.tag import Tag
from emotag.tls import TLS

__all__ = [
    "TLS",
    "AsyncEmotionClient",
    "CallCancelledError",
    "ClientClosedError",
    "DeadlineExceededError",
    "EmotionClient",
    "EmotionError",
    "Info",
    "InternalError",
    "InvalidArgumentError",
    "LimitExceededError",
    "Limits",
    "Message",
    "Model",
    "OverloadedError",
    "PermissionDeniedError",
    "ProtocolError",
    "Retry",
    "StreamBrokenError",
    "Tag",
    "Taxonomy",
    "UnauthenticatedError",
    "UnavailableError",
    "UnsupportedError",
]
