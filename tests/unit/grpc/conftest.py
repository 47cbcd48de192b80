"""Jobs without an engine, for what only passes their tags on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from emotag.v1.message_pb2 import Message
from emotag_service.contract.decode import Intake
from emotag_service.engine.caller import Caller, Job
from emotag_service.engine.options import Options
from emotag_service.engine.tag import Tag

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def make_job() -> Callable[[str], tuple[Intake, Job]]:
    """Make a frame of messages named by the letters of a word, capitals refused on the way in, and its job."""

    def make(names: str) -> tuple[Intake, Job]:
        wire = [Message(id="x" * 300 if name.isupper() else name, text="hi") for name in names]
        intake = Intake(wire, {})
        for tag, name in zip(intake.refused.values(), filter(str.isupper, names), strict=True):
            tag.message_id = name
        return intake, Job(len(intake.messages), Options(), Caller("", lambda _: None), lambda _: None)

    return make


@pytest.fixture
def answer() -> Callable[..., None]:
    """Answer the messages of a job as the engine does: tags first, then one call with their positions."""

    def give(intake: Intake, job: Job, *indices: int) -> None:
        for index in indices:
            job.answer(index, Tag(intake.messages[index].id, label="joy"))
        if job.on_tags is not None:
            job.on_tags(job, indices)

    return give
