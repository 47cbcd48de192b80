"""Exit 0 when the service of this container says SERVING over grpc.health.v1, else say why and exit 1.

The image's health check: it needs no binary beside the Python that is there anyway. The port is `EMOTAG_PORT`, as it is
for the service; another target may be given as the only argument.
"""
# ruff: noqa: INP001 - a script, not a package

from __future__ import annotations

import os
import sys

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

# Below the image's --timeout, so that what is wrong is said rather than the script killed.
TIMEOUT_SECONDS = 3.0


def problem(target: str, timeout: float = TIMEOUT_SECONDS) -> str:
    """Ask once; empty when the service at `target` is serving, else what is wrong."""
    with grpc.insecure_channel(target) as channel:
        check = health_pb2_grpc.HealthStub(channel).Check
        try:
            reply = check(health_pb2.HealthCheckRequest(), timeout=timeout)
        except grpc.RpcError as refusal:
            return f"{target}: {refusal.code().name}: {refusal.details()}"
    status = health_pb2.HealthCheckResponse.ServingStatus.Name(reply.status)
    return "" if status == "SERVING" else f"{target}: {status}"


def main() -> int:
    """Ask, say what is wrong on standard error, and return the exit code."""
    target = sys.argv[1] if len(sys.argv) > 1 else f"127.0.0.1:{os.environ.get('EMOTAG_PORT') or 50051}"
    if wrong := problem(target):
        sys.stderr.write(f"{wrong}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
