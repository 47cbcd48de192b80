"""The observer: has messages of agents tagged while they flow, and never gets in their way."""

from __future__ import annotations

import atexit
import inspect
import threading
from contextlib import suppress
from contextvars import Context, copy_context
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Protocol

from emotag.client import EmotionClient
from emotag.entry import MAX_NAME_BYTES
from emotag.errors import EmotionError, InvalidArgumentError
from emotag.integrations.backlog import Backlog
from emotag.integrations.events import HANDOFF, INPUT, KINDS, OUTPUT, SeenMessage, TaggedMessage
from emotag.integrations.tally import Tally
from emotag.integrations.visit import Visit
from emotag.message import Message
from emotag.repeats import Repeats

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Collection, Iterable
    from types import TracebackType
    from typing import Self

    from emotag.tag import Tag

_CAPACITY = 1024  # messages that wait for the thread that tags
_CALL_SECONDS = 5.0  # of a call of a server that nobody waits for
_CONNECT_SECONDS = 1.0
_DEFAULT_TAXONOMY = "basic"


class Tagging(Protocol):
    """What tags: `EmotionTagger.tag` or `EmotionClient.classify_many`."""

    def __call__(self, messages: Iterable[Message], /, *, taxonomy: str, scores: bool) -> list[Tag]:
        """Return one tag a message, in their order."""


@dataclass(slots=True)
class _Waiting:
    message: SeenMessage
    context: Context
    visit: Visit | None


class EmotionObserver:
    """Has messages tagged that adapters show it, and hands on the tags. Any number of adapters may share one.

    It fails open: whatever goes wrong is counted, warned of once by the logger `emotag.integrations`, and never raised
    into the agent. `on_tag` is called in a thread of the observer's, one message after another, in the context
    (`contextvars`) of the hook that saw the message.

    Attributes:
        deadline: Seconds that a hook waits at most, where it waits.
        taxonomy: The name of the labels that tags are in.
        waits: Whether a hook waits for tags.
    """

    def __init__(  # noqa: PLR0913 - all that a person may choose, each by its name
        self,
        on_tag: Callable[[TaggedMessage], object] | None = None,
        *,
        target: str | None = None,
        tagging: Tagging | None = None,
        taxonomy: str = "",
        scores: bool = False,
        kinds: Collection[str] = (INPUT, OUTPUT, HANDOFF),
        wait: bool = False,
        deadline: float = 0.05,
        keep_text: bool = False,
        otel: bool = False,
    ) -> None:
        """Load the model, or connect for a second at most, so that no message has to wait for that.

        Args:
            on_tag: Called with every message that has its tag.
            target: A server, such as "localhost:50051". Without it messages are tagged in process (extra `local`).
            tagging: Instead of either, what tags: `EmotionClient(...).classify_many` with TLS and token, or
                `EmotionTagger(checkpoint).tag`.
            taxonomy: Labels to tag in; empty for the default.
            scores: Put the score of every label into the tags.
            kinds: Which messages are tagged: of "input", "output", "handoff" and "tool".
            wait: A hook returns when the tags were handed on, or the deadline came; a message that it took has no tag.
                Otherwise a hook never waits.
            deadline: Seconds that a hook waits at most.
            keep_text: Give `on_tag` the text, too.
            otel: Tell tags as OpenTelemetry's events `gen_ai.evaluation.result`.

        Raises:
            InvalidArgumentError: A value is not one that this takes.
            ModuleNotFoundError: An extra is not installed; names it.
            EmotionError: The model in process can not be used.
        """
        _check(on_tag, target, tagging, kinds, deadline)
        self.deadline = deadline
        self.waits = wait
        self._kinds = frozenset(kinds)
        self._keep_text = keep_text
        self.taxonomy = taxonomy or _DEFAULT_TAXONOMY
        self._taxonomy, self._scores = taxonomy, scores
        self._sinks = [] if on_tag is None else [on_tag]
        if otel:
            from emotag.integrations.telemetry import EvaluationEvents  # noqa: PLC0415 - OpenTelemetry is an extra

            self._sinks.append(EvaluationEvents(self.taxonomy))
        self._client = None if target is None else _client(target, deadline if wait else _CALL_SECONDS)
        self._tagging = tagging or (_local_tagging() if self._client is None else self._client.classify_many)
        self._repeats, self._seen, self._lock = Repeats(), 0, threading.Lock()
        self._tally = Tally()
        self._backlog: Backlog[_Waiting] = Backlog(self._tag, _CAPACITY)
        atexit.register(self.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def tagged(self) -> int:
        """Messages whose tag was handed on."""
        return self._tally.tagged

    @property
    def failures(self) -> Counter[str]:
        """Messages without a tag, by reason.

        "deadline", "queue full", "closed", "adapter" (a hook that could not read what the framework showed it),
        "on_tag" (it raised), or the type of the error that the message, or the call, had instead of a tag.
        """
        return self._tally.failures.copy()

    @property
    def skipped(self) -> Counter[str]:
        """Messages that are none to tag: "no text", "seen before", or "kind" where their kind was not asked for."""
        return self._tally.skipped.copy()

    def observe(self, messages: Iterable[SeenMessage]) -> None:
        """Take up messages, for an adapter; what `messages` raises while it is read is counted as well."""
        visit = self._take_up(messages)
        if visit is not None:
            self._tally.fail("deadline", count=visit.wait(self.deadline))

    async def observe_async(self, messages: Iterable[SeenMessage]) -> list[TaggedMessage]:
        """As `observe`, on an event loop, which goes on meanwhile; returns those that had their tags in time."""
        visit = self._take_up(messages)
        if visit is None:
            return []
        self._tally.fail("deadline", count=await visit.wait_async(self.deadline))
        return list(visit.tagged)

    def drain(self, timeout: float | None = None) -> bool:
        """Wait until every message that was taken up is done with; say whether that was within `timeout` seconds."""
        return self._backlog.drain(timeout)

    def close(self, timeout: float = 2.0) -> None:
        """Take up nothing more, and finish what was taken up, for `timeout` seconds at most; the rest is counted.

        Called when the interpreter ends, unless it was called before.
        """
        atexit.unregister(self.close)
        for waiting in self._backlog.close(timeout):
            self._fail(waiting, "closed")
        if self._client is not None:
            self._client.close()

    def _take_up(self, messages: Iterable[SeenMessage]) -> Visit | None:
        """Queue messages, and return what is to be waited for."""
        visit = Visit() if self.waits else None
        try:
            for message in messages:
                if not self._skips(message):
                    self._queue(_Waiting(message, copy_context(), visit))
        except Exception as error:  # noqa: BLE001 - whatever a framework's objects raise is not the agent's trouble
            self._tally.fail("adapter", error)
        finally:
            if visit is not None:
                visit.finish()
        return visit

    def _skips(self, message: SeenMessage) -> bool:
        if message.kind not in self._kinds:
            reason = "kind"
        elif not message.text.strip():
            reason = "no text"
        elif message.message_id and self._repeated(message):
            reason = "seen before"
        else:
            return False
        self._tally.skip(reason)
        return True

    def _repeated(self, message: SeenMessage) -> bool:
        name = f"{message.framework}\0{message.conversation_id}\0{message.message_id}"
        with self._lock:
            self._seen += 1
            return self._repeats.repeats(name, self._seen)

    def _queue(self, waiting: _Waiting) -> None:
        if waiting.visit is not None:
            waiting.visit.add()
        if not self._backlog.put(waiting):
            self._fail(waiting, "closed" if self._backlog.closed else "queue full")

    def _tag(self, waiting: list[_Waiting]) -> None:
        """Tag messages and hand on their tags: what the thread does."""
        wanted = [one for one in waiting if one.visit is None or not one.visit.over]
        try:
            messages = [_message(one.message) for one in wanted]
            tags = self._tagging(messages, taxonomy=self._taxonomy, scores=self._scores)
            pairs = list(zip(wanted, tags, strict=True))
        except Exception as error:  # noqa: BLE001 - the thread goes on, whatever fails
            for one in wanted:
                self._fail(one, type(error).__name__)
            return
        for one, tag in pairs:
            if tag.error is not None:
                self._fail(one, type(tag.error).__name__)
            elif one.visit is None or one.visit.claim():
                self._hand_on(one, tag)

    def _hand_on(self, waiting: _Waiting, tag: Tag) -> None:
        seen = waiting.message
        tagged = TaggedMessage(
            seen.framework,
            seen.kind,
            seen.agent,
            seen.sender,
            seen.conversation_id,
            seen.message_id or tag.message_id,
            tag,
            seen.text if self._keep_text else None,
        )
        try:
            for sink in self._sinks:
                waiting.context.run(sink, tagged)
            self._tally.tag()
            if waiting.visit is not None:
                waiting.visit.tagged.append(tagged)
        except Exception as error:  # noqa: BLE001 - the person's function may raise anything
            self._tally.fail("on_tag", error)
        finally:
            if waiting.visit is not None:
                waiting.visit.finish()

    def _fail(self, waiting: _Waiting, reason: str) -> None:
        if waiting.visit is None:
            self._tally.fail(reason)
        elif waiting.visit.claim():  # else the deadline has counted it
            self._tally.fail(reason)
            waiting.visit.finish()


def _check(
    on_tag: object, target: str | None, tagging: Tagging | None, kinds: Collection[str], deadline: float
) -> None:
    if on_tag is not None and (not callable(on_tag) or inspect.iscoroutinefunction(on_tag)):
        raise InvalidArgumentError(
            "on_tag must be a plain function: it is called in a thread; let it call loop.call_soon_threadsafe",
            field="on_tag",
        )
    if target is not None and tagging is not None:
        raise InvalidArgumentError("target and tagging say two things; give one of them", field="tagging")
    unknown = sorted({kinds} if isinstance(kinds, str) else set(kinds) - set(KINDS))
    if unknown:
        raise InvalidArgumentError(
            f"kinds has {', '.join(unknown)}; give several of {', '.join(KINDS)}, such as {{'output'}}", field="kinds"
        )
    if not deadline > 0:
        raise InvalidArgumentError(f"deadline must be more than 0 seconds, not {deadline}", field="deadline")


@cache
def _local_tagging() -> Tagging:
    """Load the model once, whatever number of observers there is."""
    from emotag.local import EmotionTagger  # noqa: PLC0415 - the model is an extra

    return EmotionTagger().tag


def _client(target: str, timeout: float) -> EmotionClient:
    """Make a client that is connected, where its server is there."""
    client = EmotionClient(target, timeout=timeout)
    with suppress(EmotionError):  # it may come up later; what fails until then is counted
        client.info(timeout=_CONNECT_SECONDS)
    return client


def _message(seen: SeenMessage) -> Message:
    """Express it for the service, which takes names of 256 bytes; a longer one is left out."""
    return Message(seen.text, _name(seen.message_id), _name(seen.conversation_id), _name(seen.sender))


def _name(given: str) -> str:
    return given if len(given.encode(errors="replace")) <= MAX_NAME_BYTES else ""
