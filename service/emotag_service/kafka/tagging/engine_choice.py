"""Which engine computes the tags: the one of this process, or that of a service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_service.engine.limits import EngineLimits
from emotag_service.kafka.tagging.remote_engine import RemoteEngine, service_target

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from emotag.tls import TLS
    from emotag_service.kafka.tagging.local_engine import LocalEngine

IN_PROCESS = "in-process"
_DEFAULT_LIMITS = EngineLimits()


def engine_name(text: str) -> str:
    """Parse `in-process` or grpc(s)://HOST:PORT; raises ValueError that says what would be right."""
    if text != IN_PROCESS:
        try:
            service_target(text)
        except ValueError as error:
            raise ValueError(f"must be {IN_PROCESS}, or {str(error).removeprefix('must be ')}") from error
    return text


def make_engine(
    name: str,
    *,
    taxonomy: str = "",
    checkpoint: Path | None = None,
    devices: str = "auto",
    limits: EngineLimits = _DEFAULT_LIMITS,
    tls: TLS | None = None,
    token: Path | None = None,
    metadata: Sequence[tuple[str, str]] = (),
) -> LocalEngine | RemoteEngine:
    """Make the engine of this name, not started.

    `checkpoint`, `devices` and `limits` are for that of this process, the others for that of a service.

    Raises:
        ValueError: It is no name of an engine.
    """
    if engine_name(name) != IN_PROCESS:
        return RemoteEngine(name, taxonomy=taxonomy, tls=tls, token=token, metadata=metadata)
    # Here, because it brings torch: a tagger whose tags come from a service does without.
    from emotag_service.kafka.tagging.local_engine import LocalEngine  # noqa: PLC0415

    return LocalEngine.from_checkpoint(checkpoint, devices=devices, taxonomy=taxonomy, limits=limits)
