"""On every broker: values that Confluent's own serializers framed, by schemas of a registry (tests/registry: not the real one)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from emotag.cli.main import main
from emotag_service.kafka.records.routes import Routes
from emotag_service.kafka.registry.settings import RegistrySettings
from tests.brokers.protocol import Broker
from tests.brokers.records import Seen, committed_offsets, read, read_until, write
from tests.e2e.pages import commands
from tests.integration.kafka.agent import FORMS, KINDS, Agent
from tests.integration.kafka.checks import BEGINNING, wait_until
from tests.integration.kafka.running import RunningTagger
from tests.integration.kafka.words import label_of
from tests.registry.schemas import JSON_TEXT, NULLABLE_EMOTION, avro
from tests.registry.server import Registry

NewTopic = Callable[..., str]
Start = Callable[..., RunningTagger]

TEXTS = [f"{label} number {number}" for number, label in enumerate(["joy", "anger", "fear", "Größe"] * 3)]


@pytest.fixture
def registry() -> Iterator[Registry]:
    with Registry() as made:
        yield made


@pytest.fixture
def topics(broker: Broker, new_topic: NewTopic) -> Routes:
    source, target = new_topic(broker, "in", partitions=1), new_topic(broker, "out", partitions=1)
    new_topic(broker, "in.dead-letters", partitions=1)
    return Routes(output=target, inputs=(source,))


MakeAgent = Callable[..., Agent]


@pytest.fixture
def make_agent(registry: Registry, topics: Routes) -> Iterator[Callable[..., Agent]]:
    with ExitStack() as stack:

        def make(kind: str, form: str = "prefix") -> Agent:
            agent = Agent(registry, topics.inputs[0], kind, form)
            stack.callback(agent.close)
            return agent

        yield make


def _registry(registry: Registry, seconds: float = 30.0) -> RegistrySettings:
    return RegistrySettings(schema_registry=registry.url, schema_registry_timeout=seconds)


@pytest.mark.parametrize("form", FORMS)
def test_the_tag_is_where_the_schema_has_a_field_for_it(
    broker: Broker, topics: Routes, tagger: Start, registry: Registry, make_agent: MakeAgent, form: str
) -> None:
    agents = [make_agent(kind, form) for kind in KINDS] * 4
    sent = [agent.say(text, number) for number, (agent, text) in enumerate(zip(agents, TEXTS, strict=True))]
    write(broker.bootstrap, topics.inputs[0], sent)
    running = tagger(broker, topics, registry=_registry(registry))
    found = read_until(broker.bootstrap, topics.output, count=len(sent), alive=running.check)
    running.stop()
    by_id = [path for path in registry.requests if path.startswith("/schemas/") and "format" not in path]
    assert len(by_id) == len(set(by_id)) == len(KINDS), "one fetch however many need it"
    for agent, text, before, after in zip(agents, TEXTS, sent, found, strict=True):
        before_it, after_it = agent.understood(before), agent.understood(after)
        emotion = after_it.pop("emotion")
        label, score = ("category", "confidence") if agent.kind == "protobuf" else ("label", "score")
        assert (emotion[label], emotion[score]) == (label_of(text), 0.75)
        assert after_it == {name: value for name, value in before_it.items() if name != "emotion"}
        assert (after.key, after.timestamp, after.headers_sent) == (before.key, before.timestamp, before.headers)
        assert after.header("emotion-label") == label_of(text).encode()


def test_in_headers_alone_every_byte_stays(
    broker: Broker, topics: Routes, tagger: Start, registry: Registry, make_agent: MakeAgent
) -> None:
    sent = [make_agent(kind).say(text) for kind, text in zip(KINDS, TEXTS, strict=False)]
    write(broker.bootstrap, topics.inputs[0], sent)
    running = tagger(broker, topics, registry=_registry(registry), codec="headers-only")
    found = read_until(broker.bootstrap, topics.output, count=len(sent), alive=running.check)
    assert [one.value for one in found] == [one.value for one in sent]
    assert [one.header("emotion-label") for one in found] == [label_of(text).encode() for text in TEXTS[: len(KINDS)]]


def test_the_command_shows_what_it_would_write(
    embedded_broker: Broker,
    new_topic: NewTopic,
    checkpoint: Path,
    registry: Registry,
    capsys: pytest.CaptureFixture[str],
) -> None:
    source = new_topic(embedded_broker, "in", partitions=1)
    number = registry.register("in-value", JSON_TEXT, "JSON")["id"]
    write(embedded_broker.bootstrap, source, [Seen(b"\0" + number.to_bytes(4) + b'{"text": "joy"}', b"k", (), 0)])
    [typed] = [one.line for one in commands() if one.line.startswith("emotag tag-topic --schema-registry")]
    here = {
        "http://localhost:8081": registry.url,
        "localhost:9092": embedded_broker.bootstrap,
        "agent.messages": source,
    }
    options = [here.get(option, option) for option in typed.split()[1:]]
    assert main([*options, "--checkpoint", str(checkpoint), "--dry-run", "1"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["dead"] == ""
    assert json.loads(shown["value"][5:])["emotion"]["label"]


def test_what_cannot_be_read_is_a_dead_letter_and_comes_back(
    broker: Broker,
    topics: Routes,
    tagger: Start,
    registry: Registry,
    make_agent: MakeAgent,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = topics.inputs[0]
    agent = make_agent("avro")
    good = [agent.say(f"joy number {number}", number) for number in range(6)]
    textless = registry.register("other", '{"type": "record", "name": "R", "fields": []}')["id"]
    bad = [
        Seen(b"\0\0\0\0\x63" + good[0].value[5:], b"k", (), 0, BEGINNING),  # nobody has registered it yet
        Seen(good[0].value[:-3], b"k", (), 0, BEGINNING),
        Seen(b"\0" + textless.to_bytes(4), b"k", (), 0, BEGINNING),
        Seen(b"\0\0\0", b"k", (), 0, BEGINNING),
    ]
    plain = Seen(b'{"text": "joy of JSON"}', b"k", (), 0, BEGINNING)
    sent = [good[0], bad[0], good[1], bad[1], good[2], bad[2], good[3], bad[3], plain, *good[4:]]
    write(broker.bootstrap, source, sent)
    running = tagger(broker, topics, registry=_registry(registry))
    letters = read_until(broker.bootstrap, f"{source}.dead-letters", count=4, alive=running.check)
    found = read_until(broker.bootstrap, topics.output, count=7, alive=running.check)
    running.stop()
    reasons = [letter.header("emotion-dead-letter-reason") for letter in letters]
    assert reasons == [b"SCHEMA_NOT_FOUND", b"SCHEMA_MISMATCH", b"NO_TEXT_FIELD", b"NOT_TEXT"]
    assert [letter.value for letter in letters] == [one.value for one in bad]
    assert [one.header("emotion-label") for one in found] == [b"joy"] * 7
    assert committed_offsets(broker.bootstrap, name, source) == {0: len(sent)}
    for number in range(0x63 - textless):
        registry.register("in", json.dumps(avro(emotion=NULLABLE_EMOTION, doc=str(number))))
    options = ["--topic", f"{source}.dead-letters", "--reason", "SCHEMA_NOT_FOUND"]
    assert main(["dead-letters", "replay", "--bootstrap", broker.bootstrap, *options]) == 0
    running = tagger(broker, topics, registry=_registry(registry))
    found = read_until(broker.bootstrap, topics.output, count=8, alive=running.check)
    assert agent.understood(found[-1])["emotion"]["label"] == "joy"
    assert found[-1].value[:5] == bad[0].value[:5]


def test_a_registry_that_goes_and_comes_back(
    broker: Broker, topics: Routes, tagger: Start, registry: Registry, make_agent: MakeAgent
) -> None:
    source = topics.inputs[0]
    known, new = make_agent("avro"), make_agent("json")
    write(broker.bootstrap, source, [known.say("joy")])
    new_one = new.say("anger")
    running = tagger(broker, topics, registry=_registry(registry))
    read_until(broker.bootstrap, topics.output, count=1, alive=running.check)
    registry.status = 503
    write(broker.bootstrap, source, [known.say("fear")])
    read_until(broker.bootstrap, topics.output, count=2, alive=running.check)
    asked = len(registry.requests)
    write(broker.bootstrap, source, [new_one, known.say("sadness")])
    wait_until(lambda: len(registry.requests) > asked + 1)
    assert len(read(broker.bootstrap, topics.output)) == 2, "it waits, and so does what comes after it"
    registry.status = 0
    found = read_until(broker.bootstrap, topics.output, count=4, alive=running.check)
    assert [one.header("emotion-label") for one in found] == [b"joy", b"fear", b"anger", b"sadness"]
    assert running.meters.dead_letters.total() == 0


def test_a_registry_that_is_away_from_the_start_and_for_longer(
    broker: Broker, topics: Routes, tagger: Start, registry: Registry, make_agent: MakeAgent
) -> None:
    source = topics.inputs[0]
    agent = make_agent("avro")
    registry.status = 503
    write(broker.bootstrap, source, [agent.say("joy"), agent.say("fear"), Seen(b'{"text": "anger"}', b"k", (), 0)])
    running = tagger(broker, topics, registry=_registry(registry, 0.2))
    letters = read_until(broker.bootstrap, f"{source}.dead-letters", count=2, alive=running.check)
    assert {letter.header("emotion-dead-letter-reason") for letter in letters} == {b"REGISTRY_UNAVAILABLE"}
    found = read_until(broker.bootstrap, topics.output, count=1, alive=running.check)
    assert found[0].header("emotion-label") == b"anger"
