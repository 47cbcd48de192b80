from __future__ import annotations

import re

from structlog.testing import capture_logs

from emotag_service.engine.message import Message
from emotag_service.ops.engine_metrics import EngineMetrics
from emotag_service.testing import in_memory_engine
from tests.unit.ops.helpers import collected, names, value


def test_before_there_is_an_engine_there_is_nothing():
    assert collected(EngineMetrics(lambda: None, expected=lambda: False)) == {}


def test_where_there_is_to_be_an_engine_nothing_is_healthy_before():
    found = collected(EngineMetrics(lambda: None, expected=lambda: True))
    assert names(found) == {"emotag_healthy"}
    assert value(found, "emotag_healthy") == 0


async def test_what_an_engine_did_and_holds():
    engine = in_memory_engine()
    metrics = EngineMetrics(lambda: engine, expected=lambda: False)
    with capture_logs():
        before = collected(metrics)
        await engine.start()
        try:
            await engine.classify([Message("thank you"), Message("so much"), Message("")])
            found = collected(metrics)
        finally:
            await engine.close()
        after = collected(metrics)
    assert value(before, "emotag_healthy") == value(after, "emotag_healthy") == 0
    assert value(found, "emotag_healthy") == 1
    assert value(found, "emotag_messages_total") == 3
    assert value(found, "emotag_message_failures_total", reason="INVALID_MESSAGE") == 1
    assert value(found, "emotag_message_failures_total", reason="QUEUE_FULL") == 0
    tags = [amount for (name, _), amount in found.items() if name == "emotag_tags_total"]
    assert sum(tags) == 2
    assert len(tags) == sum(len(taxonomy.labels) for taxonomy in engine.model.taxonomies)
    assert value(found, "emotag_batch_size_sum") == 2
    assert value(found, "emotag_batch_bytes_sum") == len("thank you") + len("so much")
    assert value(found, "emotag_queue_duration_seconds_count") == 2
    assert value(found, "emotag_compute_duration_seconds_count") == value(found, "emotag_batch_size_count")
    assert value(found, "emotag_queue_size") == value(found, "emotag_queue_bytes") == 0
    assert value(found, "emotag_queue_size_limit") == engine.limits.queue_messages
    assert value(before, "emotag_replica_state", replica="fake:0", state="building") == 1
    assert value(found, "emotag_replica_state", replica="fake:0", state="serving") == 1
    assert value(found, "emotag_replica_state", replica="fake:0", state="given_up") == 0
    assert value(found, "emotag_replica_busy_seconds_total", replica="fake:0") > 0
    assert value(found, "emotag_model_info", name="in-memory", version="0", digest="0" * 64, computes="") == 1
    assert all(re.fullmatch(r"emotag_[a-z_]+", name) for name in names(found))
