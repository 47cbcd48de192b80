"""A2A: what a client sends to another agent and what it receives, over any binding of `a2a-sdk`."""

from __future__ import annotations

import logging
import uuid
from typing import TYPE_CHECKING, Any

try:
    from a2a.client.client import ClientCallContext
    from a2a.client.interceptors import ClientCallInterceptor
    from a2a.client.service_parameters import ServiceParametersFactory, with_a2a_extensions
    from a2a.extensions.common import find_extension_by_uri
    from a2a.helpers import get_text_parts
    from a2a.types import (
        Artifact,
        ListTasksResponse,
        Message,
        SendMessageRequest,
        SendMessageResponse,
        StreamResponse,
        Task,
    )
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        f"the interceptor of A2A needs {error.name}: pip install 'emotag[a2a]' brings it", name=error.name
    ) from error

from emotag.a2a.extension import EXTENSION, tag_document
from emotag.errors import InvalidArgumentError
from emotag.integrations.events import INPUT, OUTPUT, SeenMessage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from a2a.client.interceptors import AfterArgs, BeforeArgs
    from a2a.types import AgentCard

    from emotag.integrations.observer import EmotionObserver

_log = logging.getLogger("emotag.integrations")
_NAME = "a2a"


class EmotionInterceptor(ClientCallInterceptor):
    """Shows an observer what a client sends (`INPUT`) and receives (`OUTPUT`).

    That is messages, and those and the artifacts of tasks and updates, of streams too. An artifact that grows is tagged
    piece by piece.

        client = await create_client(url, interceptors=[EmotionInterceptor(observer)])
    """

    def __init__(self, observer: EmotionObserver, *, attach: bool = False) -> None:
        """Change nothing, unless asked to.

        Args:
            observer: What has messages tagged. It is the caller's to close.
            attach: Write the tag into what is sent and what was received, as docs/a2a.md specifies, where it came
                before the observer's deadline and none stands there; and activate the extension where the agent has it.

        Raises:
            InvalidArgumentError: Tags are to be attached, and the observer waits for none.
        """
        if attach and not observer.waits:
            raise InvalidArgumentError("attach needs tags in time: give EmotionObserver(wait=True)", field="attach")
        self._observer = observer
        self._attach = attach

    async def before(self, args: BeforeArgs) -> None:
        """Look at what is sent."""
        await self._show(args.input, INPUT, args.agent_card)
        if self._attach and isinstance(args.input, SendMessageRequest):
            _activate(args)

    async def after(self, args: AfterArgs) -> None:
        """Look at what was received."""
        await self._show(args.result, OUTPUT, args.agent_card)

    async def _show(self, payload: object, kind: str, card: AgentCard) -> None:
        carriers: dict[tuple[str, str], Message | Artifact] = {}

        def shown() -> Iterator[SeenMessage]:
            for carrier, conversation, name in _carriers(payload):
                carriers[conversation, name] = carrier
                text = "\n".join(get_text_parts(carrier.parts))
                sender = card.name if kind == OUTPUT else "user"
                yield SeenMessage(_NAME, kind, text, card.name, sender, conversation, name)

        for tagged in await self._observer.observe_async(shown()):
            if self._attach:
                carrier = carriers[tagged.conversation_id, tagged.message_id]
                _carry(carrier, tag_document(tagged.tag, self._observer.taxonomy))


def _carriers(payload: object) -> Iterator[tuple[Message | Artifact, str, str]]:
    """What is said in what goes over the wire, with its conversation and its name there.

    The history of a task is left out: it was sent or received before.
    """
    match payload:
        case SendMessageRequest(message=message):
            yield message, message.context_id, message.message_id or _made_up()
        case ListTasksResponse(tasks=tasks):
            for task in tasks:
                yield from _of_task(task)
        case Task():
            yield from _of_task(payload)
        case SendMessageResponse() | StreamResponse():
            yield from _of_event(payload)


def _of_event(event: Any) -> Iterator[tuple[Message | Artifact, str, str]]:
    match event.WhichOneof("payload"):
        case "message":
            yield event.message, event.message.context_id, event.message.message_id or _made_up()
        case "task":
            yield from _of_task(event.task)
        case "status_update":
            update = event.status_update
            yield update.status.message, update.context_id, update.status.message.message_id or _made_up()
        case "artifact_update":
            yield event.artifact_update.artifact, event.artifact_update.context_id, _made_up()


def _of_task(task: Task) -> Iterator[tuple[Message | Artifact, str, str]]:
    if task.status.HasField("message"):
        yield task.status.message, task.context_id, task.status.message.message_id or _made_up()
    for artifact in task.artifacts:  # one that grew since it was seen is another
        yield artifact, task.context_id, f"{task.id}/{artifact.artifact_id}/{len(artifact.parts)}"


def _made_up() -> str:
    return uuid.uuid4().hex


def _carry(carrier: Message | Artifact, document: dict[str, Any]) -> None:
    try:
        if EXTENSION in carrier.metadata:
            return
        carrier.metadata.update({EXTENSION: document})
        if EXTENSION not in carrier.extensions:
            carrier.extensions.append(EXTENSION)
    except Exception as error:  # noqa: BLE001 - a call goes on, whatever becomes of the tag
        _log.warning("a tag could not be attached (%s)", type(error).__name__)


def _activate(args: BeforeArgs) -> None:
    if find_extension_by_uri(args.agent_card, EXTENSION) is None:
        return
    context = args.context or ClientCallContext()
    context.service_parameters = ServiceParametersFactory.create_from(
        context.service_parameters, [with_a2a_extensions([EXTENSION])]
    )
    args.context = context
