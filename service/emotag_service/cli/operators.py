"""The operators' port of a command, where it is asked for."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from emotag_service.config import ServeConfig
    from emotag_service.kafka.config import TagTopicConfig
    from emotag_service.ops.reference import Reference
    from emotag_service.ops.view import View
    from emotag_service.ops.workers import WorkerPages


def operators_port(
    config: ServeConfig | TagTopicConfig, make_view: Callable[[Reference], View | WorkerPages]
) -> AbstractAsyncContextManager[object]:
    """Return what keeps the port open, or nothing without --ops-port; a web server is imported only for it.

    Raises:
        PortError: The address cannot be listened on.
        DriftReferenceError: --drift-reference is none.
    """
    if config.ops_port is None:
        return nullcontext()
    from emotag_service.ops.port import OperatorsPort  # noqa: PLC0415 - see above
    from emotag_service.ops.reference import Reference  # noqa: PLC0415 - see above

    return OperatorsPort(config.ops_host, config.ops_port, make_view(Reference.load(config.drift_reference)))
