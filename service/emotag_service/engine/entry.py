"""An admitted message, as the queue holds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emotag_service.engine.job import Job


@dataclass(slots=True, eq=False)
class Entry:
    """One admitted message.

    Attributes:
        job: Whose tag it will be.
        index: Its position in the job.
        message_id: The id that its tag carries.
        text: What it says.
        size: Bytes of UTF-8 that it was admitted with.
        cost: Bytes of them that a model may look at; fairness and batches go by it.
        patient: It was admitted on room that its caller had waited for.
        admitted: Engine-clock seconds of its admission.
        deadline: Engine-clock seconds after which its tag is worth nothing; infinity means never.
    """

    job: Job
    index: int
    message_id: str
    text: str
    size: int
    cost: int
    patient: bool
    admitted: float
    deadline: float

    def answered(self) -> bool:
        """Tell whether it has its tag; on a queued one this means that it was cancelled."""
        return self.job.tags[self.index] is not None
