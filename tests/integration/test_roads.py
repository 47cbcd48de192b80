"""Whatever the road, a message has the same tag: in process, over gRPC, over each API of the HTTP front, over MCP, in an agent framework."""

from __future__ import annotations

import asyncio
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import pytest_asyncio
from grpc import aio
from mcp import Client

from emotag.integrations import OUTPUT, EmotionObserver, SeenMessage, TaggedMessage
from emotag.local import EmotionTagger
from emotag.tools import make_server
from emotag.v1.emotion_service_pb2 import ClassifyOptions, ClassifyRequest
from emotag.v1.emotion_service_pb2_grpc import EmotionServiceStub
from emotag_model.checkpoint import Checkpoint, default_checkpoint
from emotag_service.contract.inference import inference_pb2 as pb
from emotag_service.engine.engine import Engine
from emotag_service.grpc.server import Server
from tests.integration.agents import BINDINGS, agent_of, ask, documents
from tests.integration.calls import messages
from tests.integration.web import CLASSIFY, agent, opened

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx2

_WHO = ("The planner", "I", "Nobody", "Our reviewer", "The whole team")
_FEELS = (
    "is so happy that the build is green again!",
    "can't believe that the table was dropped 😱",
    "moved the meeting to three o'clock.",
    "is furious about this, it is the third outage",
    "hopes it will not rain on launch day…",
    "said thank you, and meant it",
    "wrote `def main(): return 0` and left",
    "finds this disgusting",
)
_WHERE = ("", " in staging", " on the second runner", " – sagte 田中", " at last, AT LAST")
TEXTS = [f"{who} {feels}{where}" for who, feels, where in product(_WHO, _FEELS, _WHERE)]
TAXONOMY, CLOSE = "goemotions", 1e-5


@pytest.fixture(scope="module")
def truth() -> list[dict[str, float]]:
    """Scores in process."""
    tags = EmotionTagger().tag(TEXTS, taxonomy=TAXONOMY, scores=True)
    return [tag.scores or {} for tag in tags]


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def served() -> AsyncIterator[Engine]:
    engine = Engine.from_checkpoint(Checkpoint.load(default_checkpoint()), devices="cpu")
    await engine.start()
    yield engine
    await engine.close()


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def client(served: Engine) -> AsyncIterator[httpx2.AsyncClient]:
    async with opened(served, taxonomy=TAXONOMY) as port, agent(port) as client:
        yield client


def same(found: list[dict[str, float]], truth: list[dict[str, float]]) -> None:
    assert len(found) == len(truth) == 200
    for mine, true in zip(found, truth, strict=True):
        assert mine.keys() == true.keys()
        assert max(mine, key=mine.__getitem__) == max(true, key=true.__getitem__)
        assert max(abs(mine[label] - true[label]) for label in true) <= CLOSE


def named(rows: list[list[float]], served: Engine) -> list[dict[str, float]]:
    labels = served.model.taxonomy(TAXONOMY).labels
    return [dict(zip(labels, row, strict=True)) for row in rows]


def test_the_messages_are_two_hundred_different_ones(truth: list[dict[str, float]]) -> None:
    assert len(set(TEXTS)) == 200
    assert len({max(each, key=each.__getitem__) for each in truth}) >= 5


async def test_grpc(served: Engine, truth: list[dict[str, float]]) -> None:
    server = Server("127.0.0.1", 0)
    await server.start(served)
    async with aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        options = ClassifyOptions(taxonomy=TAXONOMY, all_scores=True)
        reply = await EmotionServiceStub(channel).Classify(ClassifyRequest(messages=messages(*TEXTS), options=options))
    await server.stop()
    same(named([list(tag.scores) for tag in reply.tags], served), truth)


async def test_inference_over_grpc(served: Engine, truth: list[dict[str, float]]) -> None:
    server = Server("127.0.0.1", 0)
    await server.start(served)
    asked = pb.ModelInferRequest(model_name="emotag", raw_input_contents=[_packed(TEXTS)])
    asked.inputs.add(name="INPUT_TEXT", datatype="BYTES", shape=[len(TEXTS)])
    asked.parameters["taxonomy"].string_param = TAXONOMY
    async with aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        infer = channel.unary_unary("/inference.GRPCInferenceService/ModelInfer")
        found = pb.ModelInferResponse.FromString(await infer(asked.SerializeToString()))
    await server.stop()
    scores = np.frombuffer(found.raw_output_contents[1], "<f4").reshape(len(TEXTS), -1)
    same(named(scores.tolist(), served), truth)


def _packed(texts: list[str]) -> bytes:
    return b"".join(len(data).to_bytes(4, "little") + data for data in map(str.encode, texts))


async def test_predict(client: httpx2.AsyncClient, truth: list[dict[str, float]]) -> None:
    found = (await client.post("/predict", json={"inputs": [[text] for text in TEXTS]})).json()
    same([{one["label"]: one["score"] for one in each} for each in found], truth)


async def test_inference(client: httpx2.AsyncClient, served: Engine, truth: list[dict[str, float]]) -> None:
    tensor = {"name": "INPUT_TEXT", "datatype": "BYTES", "shape": [len(TEXTS)], "data": TEXTS}
    found = (await client.post("/v2/models/emotag/infer", json={"inputs": [tensor]})).json()
    outputs: dict[str, Any] = {output["name"]: output for output in found["outputs"]}
    wide, flat = outputs["scores"]["shape"][1], outputs["scores"]["data"]
    same(named([flat[at : at + wide] for at in range(0, len(flat), wide)], served), truth)
    assert outputs["OUTPUT_TEXT"]["data"] == [tag.label for tag in EmotionTagger().tag(TEXTS, taxonomy=TAXONOMY)]


async def test_classifications(client: httpx2.AsyncClient, truth: list[dict[str, float]]) -> None:
    found = (await client.post("/v1/classifications", json={"input": TEXTS, "targets": [TAXONOMY]})).json()
    same([result[TAXONOMY]["scores"] for result in found["results"]], truth)


async def test_classify_as_json(client: httpx2.AsyncClient, served: Engine, truth: list[dict[str, float]]) -> None:
    body = {
        "messages": [{"text": text} for text in TEXTS],
        "options": {"taxonomy": TAXONOMY, "allScores": True},
    }
    found = (await client.post(CLASSIFY, json=body)).json()
    same(named([tag["scores"] for tag in found["tags"]], served), truth)


@pytest.mark.parametrize("binding", BINDINGS)
async def test_a2a(truth: list[dict[str, float]], binding: str) -> None:
    async with agent_of(EmotionTagger(), binding) as client:
        [event] = await ask(client, *TEXTS, taxonomy=TAXONOMY, scores=True)
    [artifact] = event.task.artifacts
    found = documents(artifact.parts)
    same([{one["name"]: one["confidence"] for one in each["categories"]} for each in found], truth)


async def test_mcp(truth: list[dict[str, float]]) -> None:
    async with Client(make_server(EmotionTagger().tag_async)) as client:
        asked = {"texts": TEXTS, "taxonomy": TAXONOMY, "scores": True}
        found = (await client.call_tool("classify_emotions", asked)).structured_content
    assert found is not None
    same([one["scores"] for one in found["emotions"]], truth)


async def test_an_observer_of_agents(served: Engine, truth: list[dict[str, float]]) -> None:
    tagged: list[TaggedMessage] = []

    def observe(target: str) -> None:
        with EmotionObserver(tagged.append, target=target, taxonomy=TAXONOMY, scores=True) as observer:
            observer.observe([SeenMessage("test", OUTPUT, text) for text in TEXTS])
            assert observer.drain(60)
            assert observer.failures == {}

    server = Server("127.0.0.1", 0)
    await server.start(served)
    await asyncio.to_thread(observe, f"127.0.0.1:{server.port}")  # the server is on this loop
    await server.stop()
    same([event.tag.scores or {} for event in tagged], truth)
