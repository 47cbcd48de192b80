"""Servers under measurement, each in a process of its own."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import grpc

from emotag.v1 import emotion_service_pb2 as pb
from emotag.v1.emotion_service_pb2_grpc import EmotionServiceStub
from tests.benchmarks.texts import messages

STARTUP_SECONDS = 120


def free_port() -> int:
    """A loopback port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def server(*command: str) -> Iterator[tuple[str, subprocess.Popen[bytes], float]]:
    """Run `python -m command… --port P`; yields target, process and seconds until the first tag came back."""
    port = free_port()
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", *command, "--port", str(port)], stderr=subprocess.DEVNULL)
    try:
        target = f"127.0.0.1:{port}"
        _await_first_tag(target, process)
        yield target, process, time.perf_counter() - began
    finally:
        process.terminate()
        process.wait()


def _await_first_tag(target: str, process: subprocess.Popen[bytes]) -> None:
    with grpc.insecure_channel(target, options=[("grpc.initial_reconnect_backoff_ms", 50)]) as channel:
        deadline = time.monotonic() + STARTUP_SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            try:
                EmotionServiceStub(channel).Classify(
                    pb.ClassifyRequest(messages=messages(1)), wait_for_ready=True, timeout=5
                )
            except grpc.RpcError as refusal:
                if refusal.code() not in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED):
                    raise
                time.sleep(0.02)
            else:
                return
    raise RuntimeError(f"{process.args} gave no tag (exit code {process.poll()})")
