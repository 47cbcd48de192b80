"""Tags as OpenTelemetry's events."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from emotag.gen_ai import (
    AGENT,
    CONVERSATION,
    EVALUATION,
    EVALUATION_LABEL,
    EVALUATION_NAME,
    EVALUATION_SCORE,
    RESPONSE_ID,
)

try:
    from opentelemetry._logs import SeverityNumber, get_logger
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        f"otel=True needs {error.name}: pip install 'emotag[otel]' brings it", name=error.name
    ) from error

if TYPE_CHECKING:
    from emotag.integrations.events import TaggedMessage


class EvaluationEvents:
    """Tells a tag as an event `gen_ai.evaluation.result` of the span that is current, by the global logger provider."""

    def __init__(self, taxonomy: str) -> None:
        self._name = f"emotion.{taxonomy}"

    def __call__(self, tagged: TaggedMessage) -> None:
        """Emit the event; it has no text."""
        names = {RESPONSE_ID: tagged.message_id, CONVERSATION: tagged.conversation_id, AGENT: tagged.agent}
        get_logger("emotag").emit(
            event_name=EVALUATION,
            timestamp=time.time_ns(),
            severity_number=SeverityNumber.INFO,
            attributes={
                EVALUATION_NAME: self._name,
                EVALUATION_LABEL: tagged.tag.label,
                EVALUATION_SCORE: tagged.tag.score,
                **{name: value for name, value in names.items() if value},
            },
        )
