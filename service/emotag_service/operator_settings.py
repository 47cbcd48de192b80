"""What operators set of any process that tags: the port they look at it by, traces, and logs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from emotag_service.process.logs import LOG_FORMATS, LOG_LEVELS, LogFormat
from emotag_service.settings import about
from emotag_service.values import not_empty, one_of, path, whole_number, yes_or_no

if TYPE_CHECKING:
    from pathlib import Path

_SEEN, _SAID = "what operators see", "what it says"


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorSettings:
    """The settings that commands have in common."""

    ops_port: int | None = field(
        default=None,
        metadata=about(
            whole_number(0, 65_535),
            "port for operators: /metrics, /livez, /readyz; 0 picks a free one and logs it (default: closed)",
            metavar="P",
            group=_SEEN,
        ),
    )
    ops_host: str = field(
        default="127.0.0.1",
        metadata=about(
            not_empty,
            "address that the operators' port listens on; never one that strangers reach",
            metavar="H",
            group=_SEEN,
        ),
    )
    drift_reference: Path | None = field(
        default=None,
        metadata=about(
            path,
            "shares of labels that are usual, as the operators' port shows them under /drift",
            metavar="F",
            group=_SEEN,
        ),
    )
    otel: bool = field(
        default=False,
        metadata=about(
            yes_or_no,
            "send traces by OTLP, as OTEL_* variables say; on by itself where OTEL_EXPORTER_OTLP_ENDPOINT is set",
            switch=True,
            group=_SEEN,
        ),
    )
    otel_events: bool = field(
        default=False,
        metadata=about(
            yes_or_no,
            "send each tag as a gen_ai.evaluation.result event, too, without its text",
            switch=True,
            group=_SEEN,
        ),
    )
    log_format: LogFormat = field(
        default="auto",
        metadata=about(
            one_of(*LOG_FORMATS), "console for people, json for machines; auto: console on a terminal", group=_SAID
        ),
    )
    log_level: str = field(
        default="info",
        metadata=about(one_of(*LOG_LEVELS), f"least level that is logged: {', '.join(LOG_LEVELS)}", group=_SAID),
    )
