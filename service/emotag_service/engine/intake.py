"""Takes the messages of a submit: each one is either admitted or answered at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_service.engine.errors import MessageError
from emotag_service.engine.tag import Tag

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from emotag_service.engine.admission import Admission
    from emotag_service.engine.counters import Counters
    from emotag_service.engine.entry import Entry
    from emotag_service.engine.job import Job
    from emotag_service.engine.message import Message


class Intake:
    """Fills jobs. Belongs to the engine's event loop."""

    def __init__(self, admission: Admission, counters: Counters, clock: Callable[[], float]) -> None:
        self._admission = admission
        self._counters = counters
        self._clock = clock

    def admit(self, messages: Sequence[Message], job: Job, deadline: float, *, patient: bool) -> list[Entry]:
        """Admit what can be tagged and answer the rest, each for itself."""
        entries: list[Entry] = []
        admission, now = self._admission, self._clock()
        for index, message in enumerate(messages):
            name = admission.name(message)
            try:
                entries.append(admission.admit(message, name, job, index, now, deadline, patient))
            except MessageError as error:
                self._answer(job, index, name, error)
        return entries

    def refuse(self, messages: Sequence[Message], job: Job, error: MessageError) -> None:
        """Answer all of them with one error."""
        for index, message in enumerate(messages):
            self._answer(job, index, self._admission.name(message), error)

    def _answer(self, job: Job, index: int, name: str, error: MessageError) -> None:
        job.answer(index, Tag(name, error=error))
        self._counters.count_error(error)
