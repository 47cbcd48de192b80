"""Whatever the road, a message has the same tag: in process, over gRPC, over each API of the HTTP front, over MCP, in an agent framework."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import pytest_asyncio
from grpc import aio
from mcp import Client

from emotag import AsyncEmotionClient
from emotag.integrations import OUTPUT, EmotionObserver, SeenMessage, TaggedMessage
from emotag.local import EmotionTagger
from emotag.tools import make_server
from emotag.v1.emotion_service_pb2 import ClassifyOptions, ClassifyRequest
from emotag.v1.emotion_service_pb2_grpc import EmotionServiceStub
from emotag_service.contract.inference import inference_pb2 as pb
from tests.integration.agents import BINDINGS, agent_of, ask, documents
from tests.integration.calls import messages
from tests.integration.web import CLASSIFY, agent, opened

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import httpx2

    from emotag_service.engine.engine import Engine

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
WRITTEN = [f"{who} {feels}{where}" for who, feels, where in product(_WHO, _FEELS, _WHERE)]
SHARED = Path(os.environ.get("EMOTAG_SHARED") or Path(__file__).parents[2].parent / "shared")
REAL, AT_ONCE = 1_000, 250  # messages in all, and of one request: long ones fill a body of HTTP
TAXONOMY, CLOSE = "goemotions", 1e-5


@pytest.fixture(scope="module", params=["written", "real"])
def texts(request: pytest.FixtureRequest) -> list[str]:
    """Two hundred messages written for this, and a thousand that agents did write where they are to be had."""
    if request.param == "written":
        return WRITTEN
    found = sorted((SHARED / "data" / "streams").glob("*.jsonl.gz"))
    if not found:
        pytest.skip(f"no recorded streams under {SHARED}; name the folder by EMOTAG_SHARED")
    said: dict[str, None] = {}
    for path in found:
        with gzip.open(path) as lines:
            said |= dict.fromkeys(json.loads(line)["text"] for line in lines)
    fit = [text for text in said if text.strip() and len(text) < 900]
    return [fit[number * len(fit) // REAL] for number in range(REAL)]


@pytest.fixture(scope="module")
def truth(texts: list[str]) -> list[dict[str, float]]:
    """Scores in process."""
    tags = EmotionTagger().tag(texts, taxonomy=TAXONOMY, scores=True)
    return [tag.scores or {} for tag in tags]


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def client(served: Engine) -> AsyncIterator[httpx2.AsyncClient]:
    async with opened(served, taxonomy=TAXONOMY) as port, agent(port) as client:
        yield client


def same(found: list[dict[str, float]], truth: list[dict[str, float]]) -> None:
    assert len(found) == len(truth)
    for mine, true in zip(found, truth, strict=True):
        assert mine.keys() == true.keys()
        assert max(mine, key=mine.__getitem__) == max(true, key=true.__getitem__)
        assert max(abs(mine[label] - true[label]) for label in true) <= CLOSE


def named(rows: list[list[float]], served: Engine) -> list[dict[str, float]]:
    labels = served.model.taxonomy(TAXONOMY).labels
    return [dict(zip(labels, row, strict=True)) for row in rows]


def chunks(texts: list[str]) -> list[list[str]]:
    return [texts[at : at + AT_ONCE] for at in range(0, len(texts), AT_ONCE)]


def test_the_messages_are_different_ones(texts: list[str], truth: list[dict[str, float]]) -> None:
    assert len(set(texts)) == len(texts) >= 200
    assert len({max(each, key=each.__getitem__) for each in truth}) >= 5


async def test_grpc(target: str, served: Engine, texts: list[str], truth: list[dict[str, float]]) -> None:
    options, found = ClassifyOptions(taxonomy=TAXONOMY, all_scores=True), []
    async with aio.insecure_channel(target) as channel:
        for chunk in chunks(texts):
            asked = ClassifyRequest(messages=messages(*chunk), options=options)
            found += [list(tag.scores) for tag in (await EmotionServiceStub(channel).Classify(asked)).tags]
    same(named(found, served), truth)


async def test_a_stream(target: str, texts: list[str], truth: list[dict[str, float]]) -> None:
    async with AsyncEmotionClient(target) as client:
        same([tag.scores or {} async for tag in client.stream(texts, taxonomy=TAXONOMY, scores=True)], truth)


async def test_inference_over_grpc(
    target: str, served: Engine, texts: list[str], truth: list[dict[str, float]]
) -> None:
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


async def test_predict(client: httpx2.AsyncClient, texts: list[str], truth: list[dict[str, float]]) -> None:
    found: list[Any] = []
    for chunk in chunks(texts):
        found += (await client.post("/predict", json={"inputs": [[text] for text in chunk]})).json()
    same([{one["label"]: one["score"] for one in each} for each in found], truth)


async def test_inference(
    client: httpx2.AsyncClient, served: Engine, texts: list[str], truth: list[dict[str, float]]
) -> None:
    rows: list[list[float]] = []
    labels: list[str] = []
    for chunk in chunks(texts):
        tensor = {"name": "INPUT_TEXT", "datatype": "BYTES", "shape": [len(chunk)], "data": chunk}
        found = (await client.post("/v2/models/emotag/infer", json={"inputs": [tensor]})).json()
        outputs: dict[str, Any] = {output["name"]: output for output in found["outputs"]}
        wide, flat = outputs["scores"]["shape"][1], outputs["scores"]["data"]
        rows += [flat[at : at + wide] for at in range(0, len(flat), wide)]
        labels += outputs["OUTPUT_TEXT"]["data"]
    same(named(rows, served), truth)
    assert labels == [tag.label for tag in EmotionTagger().tag(texts, taxonomy=TAXONOMY)]


async def test_classifications(client: httpx2.AsyncClient, texts: list[str], truth: list[dict[str, float]]) -> None:
    found: list[Any] = []
    for chunk in chunks(texts):
        reply = await client.post("/v1/classifications", json={"input": chunk, "targets": [TAXONOMY]})
        found += reply.json()["results"]
    same([result[TAXONOMY]["scores"] for result in found], truth)


async def test_classify_as_json(
    client: httpx2.AsyncClient, served: Engine, texts: list[str], truth: list[dict[str, float]]
) -> None:
    found: list[list[float]] = []
    for chunk in chunks(texts):
        options = {"taxonomy": TAXONOMY, "allScores": True}
        reply = await client.post(CLASSIFY, json={"messages": [{"text": text} for text in chunk], "options": options})
        found += [tag["scores"] for tag in reply.json()["tags"]]
    same(named(found, served), truth)


async def test_a_stream_of_lines(
    client: httpx2.AsyncClient, served: Engine, texts: list[str], truth: list[dict[str, float]]
) -> None:
    found: list[list[float]] = []
    for chunk in chunks(texts):
        lines = "".join(json.dumps({"text": text}) + "\n" for text in chunk)
        asked = {"taxonomy": TAXONOMY, "all_scores": "true"}
        reply = await client.post("/v1/stream", params=asked, content=lines.encode())
        found += [json.loads(line)["scores"] for line in reply.text.splitlines()]
    same(named(found, served), truth)


@pytest.mark.parametrize("binding", BINDINGS)
async def test_a2a(texts: list[str], truth: list[dict[str, float]], binding: str) -> None:
    found: list[dict[str, Any]] = []
    async with agent_of(EmotionTagger(), binding) as client:
        for chunk in chunks(texts):
            [event] = await ask(client, *chunk, taxonomy=TAXONOMY, scores=True)
            [artifact] = event.task.artifacts
            found += documents(artifact.parts)
    same([{one["name"]: one["confidence"] for one in each["categories"]} for each in found], truth)


async def test_mcp(texts: list[str], truth: list[dict[str, float]]) -> None:
    found: list[Any] = []
    async with Client(make_server(EmotionTagger().tag_async)) as client:
        for chunk in chunks(texts):
            asked = {"texts": chunk, "taxonomy": TAXONOMY, "scores": True}
            answer = (await client.call_tool("classify_emotions", asked)).structured_content
            assert answer is not None
            found += answer["emotions"]
    same([one["scores"] for one in found], truth)


async def test_an_observer_of_agents(target: str, texts: list[str], truth: list[dict[str, float]]) -> None:
    tagged: list[TaggedMessage] = []

    def observe() -> None:
        with EmotionObserver(tagged.append, target=target, taxonomy=TAXONOMY, scores=True) as observer:
            for chunk in chunks(texts):  # more than may wait at once
                observer.observe([SeenMessage("test", OUTPUT, text) for text in chunk])
                assert observer.drain(60)
            assert observer.failures == {}

    await asyncio.to_thread(observe)  # the server is on this loop
    same([event.tag.scores or {} for event in tagged], truth)


def test_files(tmp_path: Path, texts: list[str], truth: list[dict[str, float]]) -> None:
    (tmp_path / "in.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    options = ["--output", str(tmp_path / "out"), "--taxonomy", TAXONOMY, "--scores", "--workers", "1"]
    command = [sys.executable, "-m", "emotag", "tag-files", str(tmp_path / "in.jsonl"), *options]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    rows = [json.loads(line) for line in (tmp_path / "out" / "in.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["text"] for row in rows] == texts
    same([scores_in(row["emotion_scores"], truth[0]) for row in rows], truth)


def scores_in(written: Any, labels: dict[str, float]) -> dict[str, float]:
    """Scores by label, whether a file has them so or as a row."""
    return dict(written) if isinstance(written, dict) else dict(zip(labels, written, strict=True))
