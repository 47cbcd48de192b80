"""Whatever the road, a message has the same tag as in process: docs/ways.md says which messages, and what is held elsewhere."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import pytest_asyncio
from grpc import aio
from mcp import Client

from emotag import AsyncEmotionClient, EmotionClient, Tag
from emotag.integrations import OUTPUT, EmotionObserver, SeenMessage, TaggedMessage
from emotag.local import EmotionTagger
from emotag.v1.emotion_service_pb2 import ClassifyOptions, ClassifyRequest
from emotag.v1.emotion_service_pb2_grpc import EmotionServiceStub
from emotag_service.contract.inference import inference_pb2 as pb
from emotag_service.kafka.records.routes import Routes
from emotag_service.kafka.registry.settings import RegistrySettings
from emotag_service.kafka.tagging.local_engine import LocalEngine
from tests.brokers.protocol import Broker
from tests.brokers.records import Seen, read_until, write
from tests.integration.agents import BINDINGS, agent_of, ask, documents
from tests.integration.calls import messages
from tests.integration.hosts import over_stdio, speaking
from tests.integration.kafka.agent import Agent
from tests.integration.kafka.checks import say
from tests.integration.kafka.running import RunningTagger
from tests.integration.web import CLASSIFY, agent, opened
from tests.messages import CLOSE, KINDS, TAXONOMY, chunks, same, truth_of
from tests.registry.server import Registry

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    import httpx2

    from emotag_service.engine.engine import Engine

COMMAND = [sys.executable, "-m", "emotag"]


@pytest.fixture(scope="module", params=KINDS)
def texts(request: pytest.FixtureRequest) -> list[str]:
    return KINDS[request.param]()


@pytest.fixture(scope="module")
def truth(texts: list[str]) -> list[Tag]:
    return truth_of(texts)


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def client(served: Engine) -> AsyncIterator[httpx2.AsyncClient]:
    async with opened(served, taxonomy=TAXONOMY) as port, agent(port) as client:
        yield client


def named(rows: list[list[float]], served: Engine) -> list[dict[str, float]]:
    labels = served.model.taxonomy(TAXONOMY).labels
    return [dict(zip(labels, row, strict=True)) for row in rows]


def same_tags(found: list[Tag], truth: list[Tag]) -> None:
    same([tag.scores or {} for tag in found], truth, [tag.label for tag in found])


def confidences(document: dict[str, Any]) -> dict[str, float]:
    """Scores by label of a document of EmotionML."""
    return {one["name"]: one["confidence"] for one in document["categories"]}


def as_lines(texts: list[str]) -> str:
    """A file of JSON lines."""
    return "".join(json.dumps({"text": text}) + "\n" for text in texts)


def test_the_messages_are_different_ones(texts: list[str], truth: list[Tag]) -> None:
    assert len(set(texts)) == len(texts) >= 200
    assert len({tag.label for tag in truth}) >= 5
    assert sum(len(text) >= 900 for text in texts) >= 20
    assert sum(tag.truncated for tag in truth) >= 15
    assert max(len(text.encode()) for text in texts) > 32_768


async def test_grpc(target: str, served: Engine, texts: list[str], truth: list[Tag]) -> None:
    options, found = ClassifyOptions(taxonomy=TAXONOMY, all_scores=True), []
    async with aio.insecure_channel(target) as channel:
        for chunk in chunks(texts):
            asked = ClassifyRequest(messages=messages(*chunk), options=options)
            found += [list(tag.scores) for tag in (await EmotionServiceStub(channel).Classify(asked)).tags]
    same(named(found, served), truth)


async def test_a_stream(target: str, texts: list[str], truth: list[Tag]) -> None:
    async with AsyncEmotionClient(target) as client:
        tags = [tag async for tag in client.stream(texts, taxonomy=TAXONOMY, scores=True)]
    same_tags(tags, truth)


async def test_the_client_that_blocks(target: str, texts: list[str], truth: list[Tag]) -> None:
    def ask() -> tuple[list[Tag], list[Tag], list[Tag]]:
        with EmotionClient(target) as client:
            many = client.classify_many(texts, taxonomy=TAXONOMY, scores=True)
            streamed = list(client.stream(texts, taxonomy=TAXONOMY, scores=True))
            return many, streamed, [client.classify(text, taxonomy=TAXONOMY, scores=True) for text in texts[::20]]

    many, streamed, single = await asyncio.to_thread(ask)  # the server is on this loop
    same_tags(many, truth)
    same_tags(streamed, truth)
    same_tags(single, truth[::20])


async def command(*words: str, given: Path | None = None) -> list[bytes]:
    """The lines that a command of ours prints, its input a file."""

    def ended() -> subprocess.CompletedProcess[bytes]:
        with (given or Path(os.devnull)).open("rb") as source:
            return subprocess.run([*COMMAND, *words], stdin=source, capture_output=True, timeout=120, check=False)

    done = await asyncio.to_thread(ended)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.splitlines()


def same_lines(lines: list[bytes], truth: list[Tag]) -> None:
    found = [json.loads(line) for line in lines]
    same([one["scores"] for one in found], truth, [one["label"] for one in found])


@pytest.mark.parametrize("place", ["server", "local"])
async def test_classify_as_a_command(
    place: str, target: str, tmp_path: Path, texts: list[str], truth: list[Tag]
) -> None:
    """A message a line of its input, and those of several lines as arguments."""
    where = ["--local"] if place == "local" else ["--target", target]
    options = ["classify", "--json", "--taxonomy", TAXONOMY, "--scores", *where, "--"]
    lines = [text for text in texts if "\n" not in text and not text.endswith("\r")]
    (tmp_path / "lines").write_bytes("".join(f"{text}\n" for text in lines).encode())
    found = await command(*options, "-", given=tmp_path / "lines")
    found += await command(*options, *(text for text in texts if text not in set(lines)))
    said = {json.loads(line)["text"]: line for line in found}
    same_lines([said[text] for text in texts], truth)


async def test_stream_as_a_command(target: str, tmp_path: Path, texts: list[str], truth: list[Tag]) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text(as_lines(texts), encoding="utf-8")
    options = ["--target", target, "--taxonomy", TAXONOMY, "--scores"]
    same_lines(await command("stream", "--input", str(path), *options), truth)


@pytest.mark.parametrize("protocol", ["http", "grpc"])
async def test_tritons_client(
    protocol: str, client: httpx2.AsyncClient, target: str, served: Engine, texts: list[str], truth: list[Tag]
) -> None:
    triton = pytest.importorskip(
        f"tritonclient.{protocol}", reason=f"no tritonclient: pip install 'tritonclient[{protocol}]'"
    )
    where = target if protocol == "grpc" else str(client.base_url).removeprefix("http://").rstrip("/")

    def ask() -> tuple[list[list[float]], list[str]]:
        rows: list[list[float]] = []
        labels: list[str] = []
        with triton.InferenceServerClient(where) as asking:
            for chunk in chunks(texts):
                given = triton.InferInput("INPUT_TEXT", [len(chunk)], "BYTES")
                given.set_data_from_numpy(np.array([text.encode() for text in chunk], dtype=np.object_))
                found = asking.infer("emotag", [given], parameters={"taxonomy": TAXONOMY})
                rows += found.as_numpy("scores").tolist()
                labels += [label.decode() for label in found.as_numpy("OUTPUT_TEXT")]
        return rows, labels

    rows, labels = await asyncio.to_thread(ask)
    same(named(rows, served), truth, labels)


async def test_inference_over_grpc(target: str, served: Engine, texts: list[str], truth: list[Tag]) -> None:
    found: list[list[float]] = []
    async with aio.insecure_channel(target) as channel:
        infer = channel.unary_unary("/inference.GRPCInferenceService/ModelInfer")
        for chunk in chunks(texts):
            asked = pb.ModelInferRequest(model_name="emotag", raw_input_contents=[_packed(chunk)])
            asked.inputs.add(name="INPUT_TEXT", datatype="BYTES", shape=[len(chunk)])
            asked.parameters["taxonomy"].string_param = TAXONOMY
            reply = pb.ModelInferResponse.FromString(await infer(asked.SerializeToString()))
            found += np.frombuffer(reply.raw_output_contents[1], "<f4").reshape(len(chunk), -1).tolist()
    same(named(found, served), truth)


def _packed(texts: list[str]) -> bytes:
    return b"".join(len(data).to_bytes(4, "little") + data for data in map(str.encode, texts))


async def test_predict(client: httpx2.AsyncClient, texts: list[str], truth: list[Tag]) -> None:
    found: list[Any] = []
    for chunk in chunks(texts):
        found += (await client.post("/predict", json={"inputs": [[text] for text in chunk]})).json()
    same([{one["label"]: one["score"] for one in each} for each in found], truth)


async def test_inference(client: httpx2.AsyncClient, served: Engine, texts: list[str], truth: list[Tag]) -> None:
    rows: list[list[float]] = []
    labels: list[str] = []
    for chunk in chunks(texts):
        tensor = {"name": "INPUT_TEXT", "datatype": "BYTES", "shape": [len(chunk)], "data": chunk}
        found = (await client.post("/v2/models/emotag/infer", json={"inputs": [tensor]})).json()
        outputs: dict[str, Any] = {output["name"]: output for output in found["outputs"]}
        wide, flat = outputs["scores"]["shape"][1], outputs["scores"]["data"]
        rows += [flat[at : at + wide] for at in range(0, len(flat), wide)]
        labels += outputs["OUTPUT_TEXT"]["data"]
    same(named(rows, served), truth, labels)


async def test_classifications(client: httpx2.AsyncClient, texts: list[str], truth: list[Tag]) -> None:
    found: list[Any] = []
    for chunk in chunks(texts):
        reply = await client.post("/v1/classifications", json={"input": chunk, "targets": [TAXONOMY]})
        found += reply.json()["results"]
    same([result[TAXONOMY]["scores"] for result in found], truth)


async def test_classify_as_json(client: httpx2.AsyncClient, served: Engine, texts: list[str], truth: list[Tag]) -> None:
    found: list[list[float]] = []
    for chunk in chunks(texts):
        options = {"taxonomy": TAXONOMY, "allScores": True}
        reply = await client.post(CLASSIFY, json={"messages": [{"text": text} for text in chunk], "options": options})
        found += [tag["scores"] for tag in reply.json()["tags"]]
    same(named(found, served), truth)


async def test_a_stream_of_lines(
    client: httpx2.AsyncClient, served: Engine, texts: list[str], truth: list[Tag]
) -> None:
    found: list[list[float]] = []
    for chunk in chunks(texts):
        asked = {"taxonomy": TAXONOMY, "all_scores": "true"}
        reply = await client.post("/v1/stream", params=asked, content=as_lines(chunk).encode())
        found += [json.loads(line)["scores"] for line in reply.text.splitlines()]
    same(named(found, served), truth)


@pytest.mark.parametrize("binding", BINDINGS)
async def test_a2a(texts: list[str], truth: list[Tag], binding: str) -> None:
    found: list[dict[str, Any]] = []
    async with agent_of(EmotionTagger(), binding) as client:
        for chunk in chunks(texts):
            [event] = await ask(client, *chunk, taxonomy=TAXONOMY, scores=True)
            [answer] = event.task.artifacts or [event.message]  # many texts are a task, few are answered at once
            found += documents(answer.parts)
    same([confidences(each) for each in found], truth, [each["category"] for each in found])


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def mcp_url() -> AsyncIterator[str]:
    async with speaking("--http-port", "0") as url:
        yield url


async def by_mcp(client: Client, texts: list[str]) -> list[Any]:
    """What the tool of many messages says."""
    found: list[Any] = []
    for chunk in chunks(texts):
        asked = {"texts": chunk, "taxonomy": TAXONOMY, "scores": True}
        answer = (await client.call_tool("classify_emotions", asked)).structured_content
        assert answer is not None
        found += answer["emotions"]
    return found


async def test_mcp_over_standard_input_and_output(texts: list[str], truth: list[Tag]) -> None:
    async with over_stdio() as client:
        found = await by_mcp(client, texts)
    same([one["scores"] for one in found], truth, [one["label"] for one in found])


async def test_mcp_over_http(mcp_url: str, texts: list[str], truth: list[Tag]) -> None:
    async with Client(mcp_url) as client:
        found = await by_mcp(client, texts)
    same([one["scores"] for one in found], truth, [one["label"] for one in found])


async def test_an_observer_of_agents(target: str, texts: list[str], truth: list[Tag]) -> None:
    tagged: list[TaggedMessage] = []

    def observe() -> None:
        with EmotionObserver(tagged.append, target=target, taxonomy=TAXONOMY, scores=True) as observer:
            for chunk in chunks(texts):  # more than may wait at once
                observer.observe([SeenMessage("test", OUTPUT, text) for text in chunk])
                assert observer.drain(60)
            assert observer.failures == {}

    await asyncio.to_thread(observe)  # the server is on this loop
    same_tags([event.tag for event in tagged], truth)


def read_tagged(
    broker: Broker, new_topic: Callable[..., str], records: list[Seen], registry: RegistrySettings | None = None
) -> list[Seen]:
    """What a tagger with the checkpoint that ships makes of records of one partition, in their order."""
    source, target = new_topic(broker, "in", partitions=1), new_topic(broker, "out", partitions=1)
    write(broker.bootstrap, source, records)
    engine = LocalEngine.from_checkpoint(devices="cpu:1", taxonomy=TAXONOMY)
    running = RunningTagger(broker, source, Routes(output=target, inputs=(source,)), engine=engine, registry=registry)
    running.start()
    try:
        return read_until(broker.bootstrap, target, count=len(records), alive=running.check)
    finally:
        running.stop()


def test_a_topic(broker: Broker, new_topic: Callable[..., str], texts: list[str], truth: list[Tag]) -> None:
    sent = [say(number, 0, text) for number, text in enumerate(texts)]
    values = [json.loads(one.value or b"") for one in read_tagged(broker, new_topic, sent)]
    assert [value["text"] for value in values] == texts
    tags = [value["emotion"] for value in values]
    same([confidences(tag) for tag in tags], truth, [tag["category"] for tag in tags])


def test_a_topic_with_a_schema_registry(
    broker: Broker, new_topic: Callable[..., str], texts: list[str], truth: list[Tag]
) -> None:
    """A schema's field takes the label and its score, and no other scores."""
    with Registry() as registry, closing(Agent(registry, "agents", "avro", "prefix")) as agent:
        settings = RegistrySettings(schema_registry=registry.url)
        found = read_tagged(broker, new_topic, [agent.say(text) for text in texts], settings)
        values = [agent.understood(one) for one in found]
    assert [value["text"] for value in values] == texts
    tags = [value["emotion"] for value in values]
    assert [(tag["label"], tuple(tag["labels"])) for tag in tags] == [(tag.label, tag.labels) for tag in truth]
    assert [tag["score"] for tag in tags] == pytest.approx([tag.score for tag in truth], rel=0, abs=CLOSE)


async def test_files(tmp_path: Path, texts: list[str], truth: list[Tag]) -> None:
    (tmp_path / "in.jsonl").write_text(as_lines(texts), encoding="utf-8")
    options = ["--output", str(tmp_path / "out"), "--taxonomy", TAXONOMY, "--scores", "--workers", "1"]
    await command("tag-files", str(tmp_path / "in.jsonl"), *options)
    rows = [json.loads(line) for line in (tmp_path / "out" / "in.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["text"] for row in rows] == texts
    scores = [scores_in(row["emotion_scores"], truth[0].scores or {}) for row in rows]
    same(scores, truth, [row["emotion_label"] for row in rows])


def scores_in(written: Any, labels: dict[str, float]) -> dict[str, float]:
    """Scores by label, whether a file has them so or as a row."""
    return dict(written) if isinstance(written, dict) else dict(zip(labels, written, strict=True))
