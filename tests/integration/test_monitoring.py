"""Every query of the rules and of the dashboard, against what a real server and a tagger's meters export."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import urllib.parse
import urllib.request
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from grpc import StatusCode, aio
from ruamel.yaml import YAML

from emotag.v1.emotion_service_pb2 import ClassifyRequest
from emotag.v1.emotion_service_pb2_grpc import EmotionServiceStub
from emotag_model.checkpoint import Checkpoint
from tests.brokers.admin import make_topic
from tests.brokers.embedded import Embedded
from tests.brokers.ports import stable_port
from tests.brokers.records import Seen, read_until, write
from tests.e2e.tagging import TagTopic
from tests.integration.calls import frame, messages, read_tags
from tests.integration.supervised import operators_of, serving_workers
from tests.unit.deploy.files import DEPLOY
from tests.unit.deploy.monitoring import demands, metrics, queries, rules
from tests.unit.ops.helpers import get, names, samples

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.integration.process import Serving

PROMETHEUS = os.environ.get("EMOTAG_TEST_PROMETHEUS") or shutil.which("prometheus")
NEEDS_MANY_TAGS = "emotag_drift_psi"  # and a reference
TROUBLE = {
    "emotag_kafka_aborts_total": "an attempt that fails",
}
"""What no load brings about, by what is written in the queries for it."""
LONG = " ".join(["thank you so much"] * 20)


class Tagger(NamedTuple):
    """A tagger that runs.

    Attributes:
        port: For operators.
        bootstrap: Its cluster, whose topic `in` it reads.
    """

    port: int
    bootstrap: str


RECORDS = [Seen(b'{"text": "joy"}', b"k"), Seen(b'{"text": ""}', b"k")]


@pytest.fixture
def tagger(checkpoint: Path) -> Iterator[Tagger]:
    """One that has written a tag and a dead letter."""
    with Embedded() as broker:
        make_topic(broker.bootstrap, "in", partitions=1)
        write(broker.bootstrap, "in", RECORDS)
        options = ("--input", "in", "--output", "out", "--group", "taggers", "--ops-port", "0")
        with TagTopic(broker.bootstrap, checkpoint, *options) as process:
            read_until(broker.bootstrap, "out", "in.dead-letters", count=2, alive=process.alive)
            yield Tagger(process.logged("operators port opened")[0]["port"], broker.bootstrap)


async def test_every_metric_of_rules_and_dashboard_is_exported(checkpoint: Path, tagger: Tagger) -> None:
    async with serving_workers(checkpoint, "--http-port", "0") as server:
        served = names(samples((await get(operators_of(server), "metrics")).text))
    tagged = names(samples((await get(tagger.port, "metrics")).text))
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    wanted = {name for query in queries() for name in metrics(query)}
    assert len(wanted) > 30
    assert wanted - served - tagged - recorded == {NEEDS_MANY_TAGS, *TROUBLE} & wanted


@pytest.mark.skipif(PROMETHEUS is None, reason="no prometheus: install it, or name one in EMOTAG_TEST_PROMETHEUS")
async def test_a_real_prometheus_finds_something_by_every_query(
    checkpoint: Path, tagger: Tagger, tmp_path: Path
) -> None:
    shutil.copy(DEPLOY / "prometheus" / "rules.yml", tmp_path)
    labels = Checkpoint.load(checkpoint).labels.taxonomy().labels
    usual = {"taxonomies": {"basic": {"shares": dict.fromkeys(labels, 1 / len(labels))}}}
    (tmp_path / "usual.json").write_text(json.dumps(usual))
    options = ("--http-port", "0", "--caller-streams", "1", "--drift-reference", str(tmp_path / "usual.json"))
    port = stable_port()
    async with serving_workers(checkpoint, *options) as server:
        configured = YAML(typ="safe").load(DEPLOY / "prometheus" / "prometheus.yml")
        for job, found in zip(configured["scrape_configs"], (operators_of(server), tagger.port), strict=True):
            job.pop("dns_sd_configs", None)  # of compose's network
            job["static_configs"] = [{"targets": [f"127.0.0.1:{found}"]}]
        configured["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
        (tmp_path / "prometheus.yml").write_text(json.dumps(configured))
        process = await asyncio.create_subprocess_exec(
            str(PROMETHEUS), f"--config.file={tmp_path}/prometheus.yml", f"--storage.tsdb.path={tmp_path}/data",
            f"--web.listen-address=127.0.0.1:{port}", "--log.level=error",
        )  # fmt: skip
        try:
            silent = await _silent(port, server, tagger)
            assert [query for query in silent if not any(known in query for known in TROUBLE)] == []
            assert [known for known in TROUBLE if not any(known in query for query in silent)] == []
        finally:
            process.terminate()
            await process.wait()


async def _silent(port: int, server: Serving, tagger: Tagger) -> set[str]:
    """Of the queries that have to find something those that do not within two minutes of load."""
    silent = demands()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(120):
            while any(not any(known in query for known in TROUBLE) for query in silent):
                await _load(server, tagger)
                silent = {query: labels for query, labels in silent.items() if not await _finds(port, query, labels)}
    return set(silent)


async def _load(server: Serving, tagger: Tagger) -> None:
    """A little of everything that is counted, trouble apart."""
    async with aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        stub = EmotionServiceStub(channel)
        await stub.Classify(ClassifyRequest(messages=messages("joy", "")))
        await stub.Classify(ClassifyRequest(messages=messages(*[LONG] * 64)))
        held = stub.StreamClassify()
        await held.write(frame("joy"))
        await read_tags(held, 1)
        assert await stub.StreamClassify().code() is StatusCode.RESOURCE_EXHAUSTED
        await held.done_writing()
        assert await held.code() is StatusCode.OK
    [ready] = server.logged("ready")
    await asyncio.to_thread(_post, f"http://127.0.0.1:{ready['http_port']}/predict", b'{"inputs": "joy"}')
    await asyncio.to_thread(write, tagger.bootstrap, "in", RECORDS)


def _post(url: str, body: bytes) -> None:
    request = urllib.request.Request(url, body, {"content-type": "application/json"})  # noqa: S310 - http, above
    with urllib.request.urlopen(request, timeout=60) as reply:  # noqa: S310 - see above
        assert reply.status == HTTPStatus.OK


async def _finds(port: int, query: str, labels: set[str]) -> bool:
    """Whether a query finds a number, or several, with these labels."""
    found = [one["metric"] for one in await _ask(port, query) or () if one["value"][1] != "NaN"]
    return any(labels <= set(one) for one in found)


async def _ask(port: int, query: str) -> list[Any] | None:
    """The result of a query; None while Prometheus starts."""
    try:
        page = await get(port, f"api/v1/query?query={urllib.parse.quote(query)}")
    except OSError:
        return None
    if page.status == 503:
        return None
    assert page.status == 200, (query, page.text)
    result: list[Any] = json.loads(page.text)["data"]["result"]
    return result
