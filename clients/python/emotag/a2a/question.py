"""A question: what a caller wants to know, read out of a SendMessageRequest and checked before a task is made of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from a2a.server.agent_execution import SimpleRequestContextBuilder
from a2a.utils.errors import InvalidParamsError
from google.protobuf.json_format import MessageToDict

from emotag.a2a.extension import OPTIONS

if TYPE_CHECKING:
    from a2a.server.agent_execution import RequestContext
    from a2a.server.context import ServerCallContext
    from a2a.types import Message, SendMessageRequest, Task

    from emotag.info import Info

MOST_TEXTS = 256
_KINDS = {"taxonomy": str, "scores": bool}


@dataclass(frozen=True, slots=True)
class Question:
    """What a caller wants to know.

    Attributes:
        texts: What was said, one for each text part, in their order.
        taxonomy: The name of the taxonomy to answer in.
        scores: The score of every label is wanted.
    """

    texts: tuple[str, ...]
    taxonomy: str
    scores: bool = False


def read_question(message: Message, metadata: dict[str, Any], info: Info) -> Question:
    """Read a message; `metadata` is that of the request around it, `info` is what is there to answer by.

    Raises:
        InvalidParamsError: It cannot be answered; names the field and the fix.
    """
    texts = tuple(part.text for part in message.parts if part.HasField("text"))
    if not texts:
        _refuse("message.parts", "none of them is text; say in a text part what is to be tagged")
    if len(texts) > MOST_TEXTS:
        _refuse("message.parts", f"{len(texts):,} of them are text, more than {MOST_TEXTS}; send several messages")
    most = info.limits.max_text_bytes
    for number, part in enumerate(message.parts):
        if most and len(part.text.encode()) > most:
            _refuse(f"message.parts[{number}].text", f"has more than {most:,} bytes of UTF-8; send it in pieces")
    options = _options(message, metadata)
    names = [taxonomy.name for taxonomy in info.taxonomies]
    taxonomy = options.get("taxonomy") or names[0]
    if taxonomy not in names:
        problem = f"the model has no taxonomy of this name; choose among {', '.join(names)}"
        _refuse(f"message.metadata[{OPTIONS}].taxonomy", problem)
    return Question(texts, taxonomy, options.get("scores", False))


def _options(message: Message, metadata: dict[str, Any]) -> dict[str, Any]:
    """What the message says, or else the request."""
    options = MessageToDict(message.metadata).get(OPTIONS, metadata.get(OPTIONS, {}))
    if not isinstance(options, dict):
        _refuse(f"message.metadata[{OPTIONS}]", "must be an object")
    for name, value in options.items():
        kind = _KINDS.get(name)
        if kind is None:
            _refuse(f"message.metadata[{OPTIONS}]", f"has more in it than {' and '.join(_KINDS)}")
        if not isinstance(value, kind):
            _refuse(f"message.metadata[{OPTIONS}].{name}", f"must be a {kind.__name__}")
    return options


def _refuse(field: str, problem: str) -> NoReturn:
    raise InvalidParamsError(f"{field}: {problem}", {"errors": [{"field": field, "message": problem}]})


class QuestionChecks(SimpleRequestContextBuilder):
    """Refuses what cannot be answered before the SDK makes a task of it, which it would log, store and fail."""

    def __init__(self, info: Info) -> None:
        super().__init__()
        self._info = info

    async def build(
        self,
        context: ServerCallContext,
        params: SendMessageRequest | None = None,
        task_id: str | None = None,
        context_id: str | None = None,
        task: Task | None = None,
    ) -> RequestContext:
        """Make the context of a request.

        Raises:
            InvalidParamsError: It cannot be answered.
        """
        if params is not None:
            read_question(params.message, MessageToDict(params.metadata), self._info)
        return await super().build(context, params, task_id, context_id, task)
