"""The observer: every message has its tag, or is counted, and nothing of that reaches an agent."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import threading
from typing import ClassVar

import pytest

from emotag import InvalidArgumentError, Tag, UnavailableError
from emotag.integrations import HANDOFF, INPUT, OUTPUT, TOOL, EmotionObserver, SeenMessage
from emotag.integrations import observer as module
from emotag.integrations.visit import Visit
from emotag.local import EmotionTagger
from tests.brokers.ports import stable_port

LONG = 60.0  # a deadline that does not come


def seen(text, kind=OUTPUT, **names):
    return SeenMessage("test", kind, text, **names)


def echoing(messages, /, *, taxonomy, scores):
    """Tag a message with its own words."""
    return [Tag(message.id or "made-up", label=message.text, score=0.5) for message in messages]


class Hanging:
    """Tags when it is let, as all of them are when the test ends."""

    every: ClassVar = []

    def __init__(self):
        self.entered, self.let = threading.Event(), threading.Event()
        self.every.append(self)

    def __call__(self, messages, /, *, taxonomy, scores):
        self.entered.set()
        assert self.let.wait(LONG)
        return echoing(messages, taxonomy=taxonomy, scores=scores)


@pytest.fixture
def tagged():
    return []


@pytest.fixture
def made(tagged):
    """Makes observers, and closes them."""
    observers = []

    def make(tagging=echoing, **options):
        observers.append(EmotionObserver(options.pop("on_tag", tagged.append), tagging=tagging, **options))
        return observers[-1]

    yield make
    while Hanging.every:
        Hanging.every.pop().let.set()
    for each in observers:
        each.close()
        assert each.drain(LONG)


def test_tags_come_with_all_that_is_known_of_the_message(made, tagged):
    observer = made()
    observer.observe([seen("joy", INPUT, agent="desk", sender="user", conversation_id="c", message_id="m")])
    assert observer.drain(LONG)
    [event] = tagged
    assert (event.framework, event.kind, event.agent, event.sender) == ("test", INPUT, "desk", "user")
    assert (event.conversation_id, event.message_id, event.tag.label, event.text) == ("c", "m", "joy", None)
    assert (observer.tagged, observer.failures, observer.skipped) == (1, {}, {})


def test_what_tags_is_given_names_and_options(made):
    given = []

    def tagging(messages, /, *, taxonomy, scores):
        given.append((list(messages), taxonomy, scores))
        return echoing(messages, taxonomy=taxonomy, scores=scores)

    observer = made(tagging, taxonomy="ekman", scores=True, wait=True, deadline=LONG)
    observer.observe([seen("joy", sender="a", conversation_id="c" * 300, message_id="m")])
    [([message], taxonomy, scores)] = given
    assert (message.text, message.id, message.conversation_id, message.sender) == ("joy", "m", "", "a")
    assert (taxonomy, scores) == ("ekman", True)


def test_the_text_is_kept_where_that_is_asked_for(made, tagged):
    made(keep_text=True, wait=True, deadline=LONG).observe([seen("joy")])
    assert [(event.text, event.message_id) for event in tagged] == [("joy", "made-up")]


def test_a_message_is_tagged_once_however_often_it_is_shown(made, tagged):
    observer = made(wait=True, deadline=LONG)
    for conversation in ("one", "two"):
        for _ in range(3):
            observer.observe([seen("joy", conversation_id=conversation, message_id="m")])
    assert len(tagged) == 2
    assert observer.skipped == {"seen before": 4}


def test_only_kinds_that_were_asked_for_and_texts(made, tagged):
    observer = made(wait=True, deadline=LONG)
    observer.observe([seen("a", TOOL), seen(" \n"), seen(""), seen("b", HANDOFF)])
    assert [event.tag.label for event in tagged] == ["b"]
    assert observer.skipped == {"kind": 1, "no text": 2}


def test_a_hook_that_does_not_wait_returns_though_the_tagger_hangs(made, tagged):
    hanging = Hanging()
    observer = made(hanging)
    observer.observe([seen("a")])
    assert hanging.entered.wait(LONG)
    observer.observe([seen("b")])
    assert not observer.drain(0.01)
    hanging.let.set()
    assert observer.drain(LONG)
    assert [event.tag.label for event in tagged] == ["a", "b"]


def test_the_deadline_ends_the_wait_and_what_comes_later_is_thrown_away(made, tagged):
    hanging = Hanging()
    observer = made(hanging, wait=True, deadline=0.01)
    observer.observe([seen("a"), seen("b")])
    assert (observer.failures, observer.tagged) == ({"deadline": 2}, 0)
    hanging.let.set()
    assert observer.drain(LONG)
    assert (observer.failures, observer.tagged, tagged) == ({"deadline": 2}, 0, [])


@pytest.mark.parametrize("wait", ["wait", "wait_async"])
async def test_unless_another_is_given_the_deadline_is_fifty_milliseconds(made, monkeypatch, wait):
    waited, waits = [], getattr(Visit, wait)
    monkeypatch.setattr(Visit, wait, lambda visit, seconds: waited.append(seconds) or waits(visit, seconds))
    observer = made(Hanging(), wait=True)
    if wait == "wait":
        observer.observe([seen("joy")])
    else:
        await observer.observe_async([seen("joy")])
    assert waited == [0.05]
    assert observer.failures == {"deadline": 1}


async def test_on_an_event_loop_others_go_on_while_a_hook_waits(made, tagged):
    hanging = Hanging()
    observer = made(hanging, wait=True, deadline=LONG)
    hook = asyncio.create_task(observer.observe_async([seen("a")]))
    assert await asyncio.to_thread(hanging.entered.wait, LONG)
    assert not hook.done()
    hanging.let.set()
    await hook
    assert [event.tag.label for event in tagged] == ["a"]


async def test_an_adapter_that_waits_is_given_what_was_tagged_in_time(made, tagged):
    observer = made(wait=True, deadline=LONG)
    assert await observer.observe_async([seen("a"), seen(""), seen("b")]) == tagged
    assert [event.tag.label for event in tagged] == ["a", "b"]
    assert await made().observe_async([seen("a")]) == [], "nobody waits"
    assert await made(Hanging(), wait=True, deadline=0.01).observe_async([seen("a")]) == []


async def test_on_an_event_loop_the_deadline_holds_too(made):
    hanging = Hanging()
    observer = made(hanging, wait=True, deadline=0.01)
    await observer.observe_async([seen("a")])
    hanging.let.set()
    assert observer.failures == {"deadline": 1}


async def test_a_hook_that_is_cancelled_leaves_the_observer_whole(made, tagged):
    hanging = Hanging()
    observer = made(hanging, wait=True, deadline=LONG)
    hook = asyncio.create_task(observer.observe_async([seen("a")]))
    assert await asyncio.to_thread(hanging.entered.wait, LONG)
    hook.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hook
    hanging.let.set()
    assert await asyncio.to_thread(observer.drain, LONG)
    assert (observer.tagged, observer.failures) == (1, {})


def test_what_does_not_fit_is_counted(made, monkeypatch):
    monkeypatch.setattr(module, "_CAPACITY", 2)
    hanging = Hanging()
    observer = made(hanging)
    observer.observe([seen("a")])
    assert hanging.entered.wait(LONG)
    observer.observe([seen("b"), seen("c"), seen("d"), seen("e")])
    assert observer.failures == {"queue full": 2}
    hanging.let.set()
    assert observer.drain(LONG)
    assert observer.tagged == 3


@pytest.mark.parametrize("wait", [False, True])
def test_a_tagger_that_raises_is_counted(made, tagged, wait):
    def raising(messages, /, *, taxonomy, scores):
        raise UnavailableError("no server")

    observer = made(raising, wait=wait, deadline=LONG)
    observer.observe([seen("a"), seen("b")])
    assert observer.drain(LONG)
    assert (observer.failures, tagged) == ({"UnavailableError": 2}, [])


def test_a_message_that_cannot_be_tagged_is_counted_alone(made, tagged):
    def picky(messages, /, *, taxonomy, scores):
        bad = InvalidArgumentError("text: is bad")
        return [Tag("", message.text, error=bad if message.text == "bad" else None) for message in messages]

    observer = made(picky, wait=True, deadline=LONG)
    observer.observe([seen("bad"), seen("good")])
    assert (observer.failures, [event.tag.label for event in tagged]) == ({"InvalidArgumentError": 1}, ["good"])


def test_a_function_that_raises_is_counted(made):
    observer = made(on_tag=lambda event: 1 / 0, wait=True, deadline=LONG)
    observer.observe([seen("a")])
    assert (observer.failures, observer.tagged) == ({"on_tag": 1}, 0)


def test_an_adapter_that_fails_is_counted_and_what_it_showed_before_is_tagged(made, tagged):
    def failing():
        yield seen("a")
        raise KeyError("content")

    observer = made(wait=True, deadline=LONG)
    observer.observe(failing())
    assert (observer.failures, len(tagged)) == ({"adapter": 1}, 1)


def test_the_first_failure_of_a_reason_is_logged_without_words_of_messages(made, caplog):
    def raising(messages, /, *, taxonomy, scores):
        raise ValueError(messages[0].text)

    observer = made(raising, wait=True, deadline=LONG)
    with caplog.at_level(logging.DEBUG):
        for _ in range(3):
            observer.observe([seen("secret")])
    [record] = [each for each in caplog.records if each.name == "emotag.integrations"]
    assert (record.levelno, "ValueError" in record.getMessage()) == (logging.WARNING, True)
    assert "secret" not in caplog.text


def test_a_function_runs_in_the_context_of_the_hook(made):
    variable = contextvars.ContextVar("variable", default="")
    found = []
    observer = made(on_tag=lambda event: found.append((variable.get(), threading.current_thread().name)))
    variable.set("of the hook")
    observer.observe([seen("a")])
    assert observer.drain(LONG)
    assert found == [("of the hook", "emotag-observer")]


def test_closing_finishes_what_was_taken_up_and_takes_up_no_more(made, tagged):
    observer = made()
    observer.observe([seen("a"), seen("b")])
    with observer:
        pass
    observer.observe([seen("c")])
    assert (len(tagged), observer.failures) == (2, {"closed": 1})


def test_each_message_is_counted_that_a_waiting_hook_shows_once_it_is_closed(made):
    observer = made(wait=True, deadline=LONG)
    observer.close()
    observer.observe([seen("a"), seen("b"), seen("c")])
    assert observer.failures == {"closed": 3}


def test_messages_may_be_tagged_before_the_next_is_shown(made, tagged):
    observer = made(wait=True, deadline=LONG)

    def slow():
        for text in "abc":
            yield seen(text)
            assert observer.drain(LONG)

    observer.observe(slow())
    assert ([event.tag.label for event in tagged], observer.failures) == (["a", "b", "c"], {})


def test_closing_counts_what_is_left(made):
    hanging = Hanging()
    observer = made(hanging)
    observer.observe([seen("a")])
    assert hanging.entered.wait(LONG)
    observer.observe([seen("b")])
    observer.close(timeout=0.01)
    hanging.let.set()
    assert observer.failures == {"closed": 1}


def test_a_server_that_is_not_there_is_counted(tagged):
    with EmotionObserver(tagged.append, target=f"localhost:{stable_port()}", wait=True, deadline=0.5) as observer:
        observer.observe([seen("a")])
        assert (observer.failures.total(), observer.tagged) == (1, 0)


def test_in_process_the_model_is_that_of_the_extra_local(tagged):
    with EmotionObserver(tagged.append, scores=True, wait=True, deadline=LONG) as observer:
        observer.observe([seen("Thank you so much, you saved my trip!")])
    [expected] = EmotionTagger().tag(["Thank you so much, you saved my trip!"], scores=True)
    assert (tagged[0].tag.label, tagged[0].tag.scores) == (expected.label, expected.scores)


async def _coroutine(event):
    pass


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"on_tag": _coroutine}, "on_tag"),
        ({"on_tag": 5}, "on_tag"),
        ({"target": "localhost:1", "tagging": echoing}, "tagging"),
        ({"kinds": {"inputs"}}, "kinds"),
        ({"kinds": "input"}, "kinds"),
        ({"deadline": 0}, "deadline"),
    ],
)
def test_bad_arguments_are_named(options, field):
    with pytest.raises(InvalidArgumentError) as caught:
        EmotionObserver(**options)
    assert caught.value.field == field
