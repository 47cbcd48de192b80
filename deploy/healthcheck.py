"""Exit 0 when the service of this container says SERVING over grpc.health.v1, else say why and exit 1.

The image's health check: it needs no binary beside the Python that is there anyway. The port is `EMOTAG_PORT`, as it is
for the service; another target may be given as the only argument. Where the service has a certificate
(`EMOTAG_TLS_CERT`) it is asked over TLS and that certificate alone is trusted, by the name `EMOTAG_HEALTH_NAME`
(localhost); where it asks for one (`EMOTAG_TLS_CLIENT_CA`) it is shown its own, which that authority must have signed.
"""
# ruff: noqa: INP001 - a script, not a package

from __future__ import annotations

import os
import sys
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

# Below the image's --timeout, so that what is wrong is said rather than the script killed.
TIMEOUT_SECONDS = 3.0


def problem(target: str, timeout: float = TIMEOUT_SECONDS) -> str:
    """Ask once; empty when the service at `target` is serving, else what is wrong."""
    try:
        credentials = _credentials()
    except OSError as error:
        return f"{error.filename}: {error.strerror}"
    name = ("grpc.ssl_target_name_override", os.environ.get("EMOTAG_HEALTH_NAME") or "localhost")
    with grpc.secure_channel(target, credentials, [name]) if credentials else grpc.insecure_channel(target) as channel:
        check = health_pb2_grpc.HealthStub(channel).Check
        try:
            reply = check(health_pb2.HealthCheckRequest(), timeout=timeout)
        except grpc.RpcError as refusal:
            return f"{target}: {refusal.code().name}: {refusal.details()}"
    status = health_pb2.HealthCheckResponse.ServingStatus.Name(reply.status)
    return "" if status == "SERVING" else f"{target}: {status}"


def _credentials() -> grpc.ChannelCredentials | None:
    certificate = os.environ.get("EMOTAG_TLS_CERT")
    if not certificate:
        return None
    chain = Path(certificate).read_bytes()
    if not os.environ.get("EMOTAG_TLS_CLIENT_CA"):
        return grpc.ssl_channel_credentials(chain)
    return grpc.ssl_channel_credentials(
        chain, Path(os.environ.get("EMOTAG_TLS_KEY") or certificate).read_bytes(), chain
    )


def main() -> int:
    """Ask, say what is wrong on standard error, and return the exit code."""
    target = sys.argv[1] if len(sys.argv) > 1 else f"127.0.0.1:{os.environ.get('EMOTAG_PORT') or 50051}"
    if wrong := problem(target):
        sys.stderr.write(f"{wrong}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
