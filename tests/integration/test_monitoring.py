"""Every query of the rules and of the dashboard, against what a real server and a tagger's meters export."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import time
import urllib.parse
from typing import TYPE_CHECKING, Any

import pytest

from emotag_service.kafka.tagging.progress import Meters
from emotag_service.ops.kafka_metrics import KafkaMetrics
from tests.brokers.ports import stable_port
from tests.integration.process import Serving, save_checkpoint
from tests.unit.deploy.files import DEPLOY
from tests.unit.deploy.monitoring import metrics, queries, rules
from tests.unit.ops.helpers import collected, get, names, samples

if TYPE_CHECKING:
    from pathlib import Path

PROMETHEUS = os.environ.get("EMOTAG_TEST_PROMETHEUS") or shutil.which("prometheus")
WITH_TRAFFIC = {"emotag_drift_psi"}  # only once there are enough tags, and a reference


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_checkpoint(tmp_path_factory.mktemp("checkpoint") / "tiny")


def _tagger() -> set[str]:
    meters = Meters(lag={"in/0": 1}, last_progress=time.monotonic())
    meters.tagged["joy"] = meters.dead_letters["NO_TEXT"] = meters.aborts["ProducerFenced"] = 1
    return names(collected(KafkaMetrics(meters)))


async def test_every_metric_of_rules_and_dashboard_is_exported(checkpoint: Path) -> None:
    async with Serving(checkpoint, "--ops-port", "0") as server:
        [opened] = server.logged("operators port opened")
        served = names(samples((await get(opened["port"], "metrics")).text))
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    wanted = {name for query in queries() for name in metrics(query)}
    assert len(wanted) > 30
    assert wanted - served - _tagger() - recorded - WITH_TRAFFIC == set()


@pytest.mark.skipif(PROMETHEUS is None, reason="no prometheus: install it, or name one in EMOTAG_TEST_PROMETHEUS")
async def test_a_real_prometheus_scrapes_the_server_and_understands_every_query(
    checkpoint: Path, tmp_path: Path
) -> None:
    shutil.copy(DEPLOY / "prometheus" / "rules.yml", tmp_path)
    port = stable_port()
    async with Serving(checkpoint, "--ops-port", "0") as server:
        [opened] = server.logged("operators port opened")
        configured = (DEPLOY / "prometheus" / "prometheus.yml").read_text()
        configured = configured.replace("emotag:9464", f"127.0.0.1:{opened['port']}").replace(" 15s", " 1s")
        (tmp_path / "prometheus.yml").write_text(configured)
        process = await asyncio.create_subprocess_exec(
            str(PROMETHEUS), f"--config.file={tmp_path}/prometheus.yml", f"--storage.tsdb.path={tmp_path}/data",
            f"--web.listen-address=127.0.0.1:{port}", "--log.level=error",
        )  # fmt: skip
        try:
            async with asyncio.timeout(60):
                while not await _ask(port, 'up{job="emotag"} == 1'):  # noqa: ASYNC110 - of another process
                    await asyncio.sleep(0.1)
            assert await _ask(port, "emotag_healthy")
            for query in queries():
                await _ask(port, query)
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
