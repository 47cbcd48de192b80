from __future__ import annotations

import pytest

from emotag_service.kafka.errors import SettingsError
from emotag_service.kafka.records.routes import Routes, collect_routes, parse_route


def test_one_output_for_all_inputs():
    routes = Routes(output="out", inputs=("a", "b"))
    assert routes.topic("a", "joy") == routes.topic("b") == "out"


def test_a_template_names_an_output_for_each_input():
    routes = Routes(template="x.{topic}.{topic}", inputs=("a",))
    assert routes.topic("a") == "x.a.a"
    assert routes.topic("later") == "x.later.later"


def test_a_label_has_its_own_topic_and_what_has_no_label_has_not():
    routes = Routes(output="out", by_label={"joy": "happy"})
    assert (routes.topic("a", "joy"), routes.topic("a", "anger"), routes.topic("a")) == ("happy", "out", "out")


def test_dead_letters_have_a_topic_by_input_or_one_for_all():
    assert Routes(output="out").targets("a").dead_letters == "a.dead-letters"
    assert Routes(output="out", dead_letters="lost").targets("a").dead_letters == "lost"
    assert Routes(output="out", dead_letters="").targets("a").dead_letters == ""


def test_every_topic_that_may_be_written():
    routes = Routes(template="{topic}.tagged", by_label={"joy": "happy"}, inputs=("a", "b"))
    assert routes.written(("a", "b")) == {"a.tagged", "b.tagged", "a.dead-letters", "b.dead-letters", "happy"}


def test_what_is_written_whatever_is_read():
    assert Routes(output="out", dead_letters="lost").written(()) == {"out", "lost"}
    assert Routes(output="out", dead_letters="").written(("a",)) == {"out"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({}, "give --output, or --output-template"),
        ({"output": "a", "template": "{topic}.b"}, "and not both"),
        ({"template": "fixed"}, r"--output-template must contain \{topic\}, not 'fixed'"),
        ({"output": "a b"}, "--output: must be the name of a topic.* not 'a b'"),
        ({"output": "out", "by_label": {"joy": "?"}}, "--route: must be the name of a topic"),
        ({"output": "out", "dead_letters": "!"}, "--dead-letter-topic: must be the name of a topic"),
        ({"template": "{topic}/{x}", "inputs": ("a",)}, "--output-template: must be the name of a topic.* 'a/{x}'"),
        ({"output": "a", "inputs": ("a",)}, "--output would write to a, which is read"),
        ({"output": "out", "inputs": ("a", "happy"), "by_label": {"joy": "happy"}}, "--route would write to happy"),
        ({"output": "out", "inputs": ("a", "a.dead-letters")}, "--dead-letter-topic would write to a.dead-letters"),
        ({"template": "{topic}.tagged", "inputs": ("a", "a.tagged")}, "--output-template would write to a.tagged"),
        (
            {"output": "lost", "dead_letters": "lost", "inputs": ("a",)},
            "lost would get tagged records and dead letters",
        ),
        (
            {"output": "out", "by_label": {"joy": "lost"}, "dead_letters": "lost", "inputs": ("a",)},
            "lost would get tagged records and dead letters",
        ),
        ({"output": "out", "pattern": "("}, r"--input-pattern: '\(' is no regular expression"),
        ({"output": "agent.out", "pattern": r"agent\."}, "--output would write to agent.out, which --input-pattern"),
    ],
)
def test_contradictions_are_refused_at_the_start(wrong, said):
    with pytest.raises(SettingsError, match=said):
        Routes(**wrong)


def test_a_topic_that_would_feed_on_itself_is_refused_when_it_appears():
    routes = Routes(template="{topic}.tagged", pattern=r"agent\.[a-z]+")
    with pytest.raises(SettingsError, match=r"agent\.a\.tagged, which --input-pattern .* with \$ at its end"):
        routes.topic("agent.a")
    with pytest.raises(SettingsError, match="--output-template"):
        routes.written(["agent.a"])


def test_dead_letters_must_not_match_the_pattern_either():
    routes = Routes(output="out", pattern="agent")
    with pytest.raises(SettingsError, match=r"--dead-letter-topic would write to agent\.a\.dead-letters"):
        routes.targets("agent.a")


def test_a_narrow_pattern_is_fine():
    routes = Routes(template="{topic}.tagged", pattern=r"agent\.[a-z]+$")
    assert routes.written(["agent.a", "agent.b"]) == {
        "agent.a.tagged", "agent.b.tagged", "agent.a.dead-letters", "agent.b.dead-letters",
    }  # fmt: skip


def test_a_name_that_the_template_makes_too_long_is_refused_when_it_appears():
    with pytest.raises(SettingsError, match="--output-template: must be the name of a topic"):
        Routes(template="{topic}.tagged").topic("x" * 249)


def test_labels_are_those_of_the_taxonomy():
    Routes(output="out", by_label={"joy": "happy"}).check_labels(("anger", "joy"))
    with pytest.raises(SettingsError, match="--route jo=…: no such label; the taxonomy has anger, joy"):
        Routes(output="out", by_label={"jo": "happy"}).check_labels(("anger", "joy"))


def test_routes_are_parsed():
    assert parse_route("joy=a.b") == ("joy", "a.b")
    for wrong in ("joy", "=a", "joy=", "joy=a=b", "joy=a b"):
        with pytest.raises(ValueError, match="must be"):
            parse_route(wrong)


def test_a_label_goes_to_one_topic():
    assert collect_routes([("joy", "a"), ("anger", "a"), ("joy", "a")]) == {"joy": "a", "anger": "a"}
    with pytest.raises(SettingsError, match="--route: joy goes to a and to b"):
        collect_routes([("joy", "a"), ("joy", "b")])
