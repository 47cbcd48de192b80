"""What the options say of the way of a record."""

from __future__ import annotations

from typing import Any

import pytest

from emotag_service.kafka.config import TagTopicConfig
from emotag_service.kafka.errors import SettingsError, StopPolicyError
from emotag_service.kafka.plan import Plan
from emotag_service.kafka.records.record import Record
from emotag_service.messages.untaggable import Fault


def _plan(**given: Any) -> Plan:
    return Plan(TagTopicConfig(**({"group": "g", "input": ("in",), "output": "out"} | given)))


def _record(value: bytes) -> Record:
    return Record("in", 0, 7, 1, b"k", value)


def test_routes_follow_the_options() -> None:
    plan = _plan(output="", output_template="{topic}.tagged", route=(("joy", "happy"),))
    assert plan.routes.topic("in", "joy") == "happy"
    assert plan.routes.topic("in", "fear") == "in.tagged"
    assert plan.routes.written(["in"]) == {"happy", "in.tagged", "in.dead-letters"}


@pytest.mark.parametrize("policy", ["pass-through", "stop"])
def test_only_dead_letters_need_a_topic(policy: str) -> None:
    assert _plan(on_untaggable=policy).routes.written(["in"]) == {"out"}


def test_the_codec_follows_the_options() -> None:
    rewriter = _plan(codec="json", text_field="a.b").rewriter({})
    reading = rewriter.prepare(_record(b'{"a": {"b": "hello"}}')).reading
    assert reading is not None
    assert reading.text == "hello"


def test_a_text_field_that_is_no_path() -> None:
    with pytest.raises(SettingsError, match="--text-field"):
        _plan(codec="json", text_field="/a~9")


def test_the_policy_follows_the_options() -> None:
    rewriter = _plan(codec="json", on_untaggable="stop").rewriter({})
    with pytest.raises(StopPolicyError, match="in/0 offset 7"):
        rewriter.finish(rewriter.prepare(_record(b"no json")), None)


def test_senders_follow_the_options() -> None:
    rewriter = _plan(codec="json", sender=("planner",)).rewriter({})
    assert rewriter.prepare(_record(b'{"text": "x", "sender": "coder"}')).reading is None
    assert rewriter.prepare(_record(b'{"text": "x", "sender": "planner"}')).reading is not None


def test_limits_are_looked_at_anew() -> None:
    limits: dict[str, int] = {}
    rewriter = _plan(codec="json").rewriter(limits)
    prepared = rewriter.prepare(_record(b'{"text": "x"}'))
    answer = Fault("REFUSED", "by the engine")
    assert rewriter.finish(prepared, answer).topic == "in.dead-letters"
    limits["in.dead-letters"] = 10
    with pytest.raises(StopPolicyError, match=r"max\.message\.bytes"):
        rewriter.finish(rewriter.prepare(_record(b'{"text": "x"}')), answer)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"output": "in"}, "records would go round for ever"),
        ({"input": (), "input_pattern": "agent", "output": "agent.tagged"}, "round for ever"),
        ({"output": "", "output_template": "tagged"}, "must contain {topic}"),
        ({"route": (("joy", "a"), ("joy", "b"))}, "give it one topic"),
        ({"dead_letter_topic": "out"}, "tagged records and dead letters"),
    ],
)
def test_contradictions_are_named(given: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        _plan(**given)
    assert words in str(caught.value)
