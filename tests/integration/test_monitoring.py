"""Every query of the rules and of the dashboard, against what a real server and a tagger's meters export."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import urllib.parse
from typing import TYPE_CHECKING, Any

import pytest
from ruamel.yaml import YAML

from tests.brokers.admin import make_topic
from tests.brokers.embedded import Embedded
from tests.brokers.ports import stable_port
from tests.brokers.records import Seen, read_until, write
from tests.e2e.tagging import TagTopic
from tests.integration.supervised import operators_of, serving_workers
from tests.unit.deploy.files import DEPLOY
from tests.unit.deploy.monitoring import metrics, queries, rules
from tests.unit.ops.helpers import get, names, samples

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PROMETHEUS = os.environ.get("EMOTAG_TEST_PROMETHEUS") or shutil.which("prometheus")
WITH_TROUBLE = {"emotag_drift_psi", "emotag_kafka_aborts_total"}  # the first needs many tags and a reference


@pytest.fixture
def tagger(checkpoint: Path) -> Iterator[int]:
    """The operators' port of a tagger that has written a tag and a dead letter."""
    with Embedded() as broker:
        make_topic(broker.bootstrap, "in", partitions=1)
        write(broker.bootstrap, "in", [Seen(b'{"text": "joy"}', b"k"), Seen(b'{"text": ""}', b"k")])
        options = ("--input", "in", "--output", "out", "--group", "taggers", "--ops-port", "0")
        with TagTopic(broker.bootstrap, checkpoint, *options) as tagger:
            read_until(broker.bootstrap, "out", "in.dead-letters", count=2, alive=tagger.alive)
            yield tagger.logged("operators port opened")[0]["port"]


async def test_every_metric_of_rules_and_dashboard_is_exported(checkpoint: Path, tagger: int) -> None:
    async with serving_workers(checkpoint, "--http-port", "0") as server:
        served = names(samples((await get(operators_of(server), "metrics")).text))
    tagged = names(samples((await get(tagger, "metrics")).text))
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    wanted = {name for query in queries() for name in metrics(query)}
    assert len(wanted) > 30
    assert wanted - served - tagged - recorded == WITH_TROUBLE


@pytest.mark.skipif(PROMETHEUS is None, reason="no prometheus: install it, or name one in EMOTAG_TEST_PROMETHEUS")
async def test_a_real_prometheus_scrapes_both_and_understands_every_query(
    checkpoint: Path, tagger: int, tmp_path: Path
) -> None:
    shutil.copy(DEPLOY / "prometheus" / "rules.yml", tmp_path)
    port = stable_port()
    async with serving_workers(checkpoint, "--http-port", "0") as server:
        configured = YAML(typ="safe").load(DEPLOY / "prometheus" / "prometheus.yml")
        for job, found in zip(configured["scrape_configs"], (operators_of(server), tagger), strict=True):
            job.pop("dns_sd_configs", None)  # of compose's network
            job["static_configs"] = [{"targets": [f"127.0.0.1:{found}"]}]
        configured["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
        (tmp_path / "prometheus.yml").write_text(json.dumps(configured))
        process = await asyncio.create_subprocess_exec(
            str(PROMETHEUS), f"--config.file={tmp_path}/prometheus.yml", f"--storage.tsdb.path={tmp_path}/data",
            f"--web.listen-address=127.0.0.1:{port}", "--log.level=error",
        )  # fmt: skip
        try:
            async with asyncio.timeout(60):
                for wanted in ('up{job="emotag"} == 1', "emotag_kafka_tags_total", "emotag:messages:rate5m"):
                    while not await _ask(port, wanted):  # noqa: ASYNC110 - of another process
                        await asyncio.sleep(0.1)
            assert await _ask(port, "emotag_healthy")
            for query in queries():
                assert await _ask(port, query) is not None
            exported = {name for query in queries() for name in metrics(query) if ":" not in name} - WITH_TROUBLE
            silent = [name for name in sorted(exported) if not await _ask(port, f"count({name})")]
            assert silent == []
        finally:
            process.terminate()
            await process.wait()


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
