"""Whether the service is there, over all sessions: one event when it goes, one when it is back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from emotag.errors import EmotionError

_log = structlog.get_logger(__name__)


class Link:
    """Knows which sessions are without their service."""

    def __init__(self, address: str) -> None:
        """Make one; `address` is what events name."""
        self._address = address
        self._lost: set[object] = set()

    def lost(self, session: object, error: EmotionError) -> None:
        """A session's stream broke. Only the first session's is news."""
        if not self._lost:
            _log.warning("engine unreachable", engine=self._address, code=error.code, reason=str(error))
        self._lost.add(session)

    def found(self, session: object) -> None:
        """A session has an answer. News when it was the last that had none."""
        if session in self._lost:
            self._lost.discard(session)
            if not self._lost:
                _log.info("engine reachable", engine=self._address)

    def closed(self, session: object) -> None:
        """A session needs none any more."""
        self._lost.discard(session)
