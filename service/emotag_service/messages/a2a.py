"""The shapes that A2A messages come in, v1.0 and v0.3: finds who says what in a parsed document.

A carrier is what has `parts` and can hold a tag: a Message or an Artifact. It comes bare, in an event (a member of
StreamResponse in v1.0, told by `kind` in v0.3), in a SendMessageRequest, and all of these in a JSON-RPC envelope. Of an
update its one carrier counts; of a task the first that says something: the message of its status, then its artifacts,
then its history, the latest first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from emotag_service.messages.text import name_of, spoken

if TYPE_CHECKING:
    from collections.abc import Iterator

EXTENSION: Final = "https://w3id.org/emotag/emotion/v1"
"""Names the extension, in `extensions` and as the key in `metadata`. A breaking change is a new URI."""

_ENVELOPES = ("result", "params")
_EVENTS = ("message", "task", "statusUpdate", "artifactUpdate")
_TELLING = frozenset({"jsonrpc", "parts", "artifact", "status", *_EVENTS})
_KINDS = frozenset({"task", "status-update"})  # v0.3: those of what has a state
_STATES = frozenset(  # v0.3: in v1.0 they begin with TASK_STATE_
    {
        "submitted",
        "working",
        "input-required",
        "auth-required",
        "completed",
        "canceled",
        "failed",
        "rejected",
        "unknown",
    }
)

Steps = tuple[str, ...]


@dataclass(slots=True)
class Carrier:
    """A Message or an Artifact.

    Attributes:
        steps: From the root of the document to it.
        node: It.
        context: The `contextId` of it or of what it is in; empty where there is none.
    """

    steps: Steps
    node: dict[str, Any]
    context: str = ""

    @property
    def id(self) -> str:
        """Its `messageId` or `artifactId`."""
        return name_of(self.node.get("messageId")) or name_of(self.node.get("artifactId"))

    @property
    def sender(self) -> str:
        """Its role, "user" or "agent" in either version; an artifact is an agent's."""
        return name_of(self.node.get("role")).removeprefix("ROLE_").lower() or "agent"

    def text(self) -> str:
        """Its text parts, joined by line feeds. Raises UntaggableError for a text that is none."""
        parts = [
            part["text"] for part in self.node["parts"] if type(part) is dict and part.get("text") not in (None, "")
        ]
        return "\n".join([spoken(part, "in a part of the message") for part in parts])


def carriers(root: Any) -> list[Carrier] | None:
    """Return what can carry a tag, the best first; None when the document has no shape of A2A."""
    if type(root) is not dict or _TELLING.isdisjoint(root):
        return None
    if "jsonrpc" in root:
        return _first(_events(root[name], (name,)) for name in _ENVELOPES if type(root.get(name)) is dict)
    return _events(root, ())


def is_marked(root: Any) -> bool:
    """Whether a document without words, which `carriers` knows, is A2A for more than the outline of a task.

    An `id` and a `status` with a `state` are in JSON of every kind.
    """
    return "jsonrpc" in root or any(map(_has_mark, (root, *map(root.get, _EVENTS))))


def _events(node: dict[str, Any], steps: Steps) -> list[Carrier] | None:
    bare = _event(node, steps)
    if bare is not None:
        return bare
    return _first(_event(node[name], (*steps, name)) for name in _EVENTS if type(node.get(name)) is dict)


def _event(node: dict[str, Any], steps: Steps) -> list[Carrier] | None:
    context = name_of(node.get("contextId"))
    if _is_message(node):
        return [Carrier(steps, node, context)]
    if _is_artifact(node.get("artifact")):
        return [Carrier((*steps, "artifact"), node["artifact"], context)]
    if _has_state(node):
        return list(_of_task(node, steps, context))
    return None


def _of_task(node: dict[str, Any], steps: Steps, context: str) -> Iterator[Carrier]:
    said = node["status"].get("message")
    if _is_message(said):
        yield Carrier((*steps, "status", "message"), said, name_of(said.get("contextId")) or context)
    for name, fits in (("artifacts", _is_artifact), ("history", _is_message)):
        entries = node.get(name)
        for index, entry in reversed(list(enumerate(entries if type(entries) is list else ()))):
            if fits(entry):
                yield Carrier((*steps, name, str(index)), entry, name_of(entry.get("contextId")) or context)


def _is_message(node: Any) -> bool:
    return type(node) is dict and type(node.get("parts")) is list and ("messageId" in node or "role" in node)


def _is_artifact(node: Any) -> bool:
    return type(node) is dict and type(node.get("parts")) is list and "artifactId" in node


def _has_state(node: dict[str, Any]) -> bool:
    status = node.get("status")
    return type(status) is dict and "state" in status and ("id" in node or "taskId" in node)


def _has_mark(node: Any) -> bool:
    if type(node) is not dict:
        return False
    status = node.get("status")
    state = name_of(status.get("state")) if type(status) is dict else ""
    lists = any(type(node.get(name)) is list for name in ("artifacts", "history"))
    told = "contextId" in node or name_of(node.get("kind")) in _KINDS
    return told or lists or state.startswith("TASK_STATE_") or state in _STATES


def _first(found: Iterator[list[Carrier] | None]) -> list[Carrier] | None:
    return next((carriers for carriers in found if carriers is not None), None)
