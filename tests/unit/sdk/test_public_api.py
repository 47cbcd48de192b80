"""What users import is a promise."""

from __future__ import annotations

import inspect
import subprocess
import sys

import emotag
from emotag import AsyncEmotionClient, EmotionClient, Message, Tag

NAMES = [
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


def test_names() -> None:
    assert emotag.__all__ == NAMES
    assert all(hasattr(emotag, name) for name in NAMES)


def parameters(function: object) -> list[str]:
    return list(inspect.signature(function).parameters)  # type: ignore[arg-type]


def test_both_clients_have_the_same_methods_and_arguments() -> None:
    for name in ("__init__", "classify", "classify_many", "stream", "info", "close"):
        assert parameters(getattr(EmotionClient, name)) == parameters(getattr(AsyncEmotionClient, name))


def test_arguments() -> None:
    options = ["taxonomy", "scores", "top_k", "explain"]  # and whether somebody waits
    assert parameters(EmotionClient) == ["target", "timeout", "retry", "credentials", "metadata", "tls", "token"]
    assert parameters(EmotionClient.classify) == ["self", "message", *options, "bulk", "timeout"]
    assert parameters(EmotionClient.classify_many) == ["self", "messages", *options, "bulk", "timeout"]
    assert parameters(EmotionClient.stream) == ["self", "messages", *options, "unordered", "bulk", "timeout"]
    assert parameters(Message) == ["text", "id", "conversation_id", "sender", "sent_at", "time_to_live"]
    assert parameters(Tag) == [
        "message_id",
        "label",
        "score",
        "labels",
        "scores",
        "uncertain",
        "truncated",
        "token_weights",
        "queue_seconds",
        "compute_seconds",
        "error",
        "model",
    ]


def test_every_public_thing_is_documented() -> None:
    for name in NAMES:
        assert inspect.getdoc(getattr(emotag, name))


def test_the_sdk_imports_nothing_of_the_service() -> None:
    code = "import sys, emotag.cli.main; print([m for m in ('torch', 'numpy', 'structlog', 'emotag_model', 'emotag_service', 'grpc_status') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
