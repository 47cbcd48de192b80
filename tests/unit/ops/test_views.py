"""What the two commands show: why they are not ready, by what grpc.health.v1 says and by what Kafka lets them do."""

from __future__ import annotations

import re
import time
from types import SimpleNamespace

from prometheus_client import generate_latest
from structlog.testing import capture_logs

from emotag_service.contract.traffic import Traffic
from emotag_service.grpc.health import Health
from emotag_service.kafka.tagging.progress import Meters
from emotag_service.ops.drift_reference import Reference
from emotag_service.ops.serving import serving_view
from emotag_service.ops.tagging import tagging_view
from emotag_service.testing import in_memory_engine
from tests.unit.ops.helpers import names, samples


async def test_a_server_is_ready_when_health_says_so():
    service = SimpleNamespace(server=None, engine=None, http=None, callers=None, control=SimpleNamespace(shadow=None))
    view = serving_view(service, Reference({}))
    assert view.unready().startswith("starting")
    assert view.model() == {}
    assert samples(generate_latest(view.registry).decode())["emotag_healthy", frozenset()] == 0
    service.server = SimpleNamespace(health=Health(), calls=Traffic())
    service.engine = in_memory_engine()
    assert view.unready() == "not serving: fake:0 is building"
    service.server.health.set(serving=True)
    assert view.unready() == ""
    service.server.health.stop()
    assert view.unready().startswith("stopping")
    assert view.model()["name"] == "in-memory"
    with capture_logs():
        exported = names(samples(generate_latest(view.registry).decode()))
    assert {"emotag_build_info", "emotag_healthy", "process_resident_memory_bytes"} <= exported


async def test_a_tagger_is_ready_while_it_reads_or_commits():
    service = SimpleNamespace(meters=Meters(), engine=None, loads=False)
    view = tagging_view(service, Reference({}))
    assert view.unready().startswith("starting")
    service.meters.last_progress = time.monotonic()
    assert view.unready() == ""
    service.meters.last_progress -= 100
    assert re.match(r"stuck: nothing could be read or committed for \d+ s", view.unready())
    exported = names(samples(generate_latest(view.registry).decode()))
    assert "emotag_kafka_records_total" in exported
    assert "emotag_healthy" not in exported, "a service may be what tags"
    service.loads = True
    assert samples(generate_latest(view.registry).decode())["emotag_healthy", frozenset()] == 0


async def test_a_tagger_is_not_ready_while_a_partition_waits_for_long():
    service = SimpleNamespace(meters=Meters(last_progress=time.monotonic()), engine=None)
    view = tagging_view(service, Reference({}))
    service.meters.waiting.update({"in/0": time.monotonic(), "in/1": time.monotonic() - 100})
    assert re.match(r"stuck: in/1 has waited for \d+ s to be taken over", view.unready())
    del service.meters.waiting["in/1"]
    assert view.unready() == ""
