"""Schemas are fetched once each, before records are read, and what goes wrong with one is a fault of its records."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from emotag_service.kafka.errors import ForbiddenError
from emotag_service.kafka.records.codecs import make_codec
from emotag_service.kafka.records.paths import make_fields, parse_path
from emotag_service.kafka.records.record import Record
from emotag_service.kafka.records.rewriter import Rewriter
from emotag_service.kafka.records.routes import Routes
from emotag_service.kafka.registry import client as client_module
from emotag_service.kafka.registry import schemas as schemas_module
from emotag_service.kafka.registry.client import RegistryClient
from emotag_service.kafka.registry.schemas import Schemas
from emotag_service.kafka.registry.settings import RegistrySettings
from tests.registry.schemas import EMOTION, JSON_TEXT, avro
from tests.registry.server import Registry
from tests.unit.engine.helpers import until
from tests.unit.kafka.records.schemas.framed import encoded

PAYLOAD = encoded(avro(), {"id": "m", "text": "hello", "cost": b"\1", "sent_at": 0})


@pytest.fixture
def registry() -> Iterator[Registry]:
    with Registry() as made:
        yield made


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def _schemas(url: str, clock: Any, patience: float = 30.0) -> Schemas:
    client = RegistryClient(RegistrySettings(schema_registry=url))
    return Schemas(client, make_fields("text"), parse_path("--tag-field", "emotion"), patience=patience, clock=clock)


@pytest.fixture
async def schemas(registry: Registry, clock: Clock) -> AsyncIterator[Schemas]:
    made = _schemas(registry.url, clock)
    yield made
    await made.close()


def _records(number: int, count: int = 1, payload: bytes = PAYLOAD) -> list[Record]:
    return [Record("in", 0, offset, 1, None, b"\0" + number.to_bytes(4) + payload) for offset in range(count)]


async def _reasons(schemas: Schemas, records: list[Record]) -> set[str]:
    rewriter = Rewriter(schemas.codec(make_codec("auto")), Routes(output="out", inputs=("in",)))
    prepared = await schemas.prepare(rewriter, records)
    return {one.fault.reason if one.fault else one.reading.text if one.reading else "" for one in prepared}


async def test_one_fetch_however_many_need_it(registry: Registry, schemas: Schemas) -> None:
    number = registry.register("in-value", json.dumps(avro()))["id"]
    registry.delay = True
    waiting = [asyncio.ensure_future(_reasons(schemas, _records(number, 100))) for _ in range(5)]
    await until(lambda: registry.waiting == 1)
    registry.go.set()
    assert await asyncio.gather(*waiting) == [{"hello"}] * 5
    assert await _reasons(schemas, _records(number, 10)) == {"hello"}
    assert registry.requests == [f"/schemas/ids/{number}"]


async def test_by_guid(registry: Registry, schemas: Schemas) -> None:
    known = registry.register("in-value", JSON_TEXT, "JSON")
    header = ("__value_schema_id", b"\1" + bytes.fromhex(known["guid"].replace("-", "")))
    assert await _reasons(schemas, [Record("in", 0, 0, 1, None, b'{"text": "hi"}', (header,))]) == {"hi"}
    assert registry.requests == [f"/schemas/guids/{known['guid']}"]


async def test_records_without_a_frame_ask_nobody(registry: Registry, schemas: Schemas) -> None:
    tombstone, bad = _records(1)[0]._replace(value=None), ("__value_schema_id", b"")
    found = await _reasons(schemas, [Record("in", 0, 0, 1, None, b'{"text": "hi"}'), tombstone])
    assert found == {"hi", ""}
    assert await _reasons(schemas, [Record("in", 0, 0, 1, None, b"x", (bad,))]) == {"SCHEMA_MISMATCH"}
    assert registry.requests == []


async def test_an_unknown_id_is_asked_for_again_after_a_moment(
    registry: Registry, schemas: Schemas, clock: Clock
) -> None:
    assert await _reasons(schemas, _records(1, 9)) == {"SCHEMA_NOT_FOUND"}
    registry.register("in-value", json.dumps(avro()))
    assert await _reasons(schemas, _records(1)) == {"SCHEMA_NOT_FOUND"}
    assert len(registry.requests) == 1
    clock.now += 5.0
    assert await _reasons(schemas, _records(1)) == {"hello"}


async def test_a_registry_that_is_away_is_waited_for_and_no_longer(registry: Registry, clock: Clock) -> None:
    registry.register("in-value", json.dumps(avro()))
    registry.status = 503
    impatient = _schemas(registry.url, clock, patience=0.05)
    assert await _reasons(impatient, _records(1, 9)) == {"REGISTRY_UNAVAILABLE"}
    registry.status = 0
    assert await _reasons(impatient, _records(1)) == {"hello"}
    await impatient.close()


async def test_a_registry_that_comes_back_in_time(registry: Registry, schemas: Schemas) -> None:
    registry.register("in-value", json.dumps(avro()))
    registry.status = 500
    waiting = asyncio.ensure_future(_reasons(schemas, _records(1)))
    await until(lambda: len(registry.requests) > 1)
    registry.status = 0
    assert await waiting == {"hello"}


async def test_nobody_listens(clock: Clock) -> None:
    with Registry() as gone:
        url = gone.url
    schemas = _schemas(url, clock, patience=0.05)
    assert await _reasons(schemas, _records(1)) == {"REGISTRY_UNAVAILABLE"}
    await schemas.close()


async def test_a_schema_that_one_waits_for_holds_nobody_else(registry: Registry, schemas: Schemas) -> None:
    registry.register("in-value", json.dumps(avro()))
    assert await _reasons(schemas, _records(1)) == {"hello"}
    registry.delay = True
    waiting = asyncio.ensure_future(_reasons(schemas, _records(2)))
    await until(lambda: registry.waiting == 1)
    assert await _reasons(schemas, _records(1)) == {"hello"}
    assert not waiting.done()
    registry.go.set()
    assert await waiting == {"SCHEMA_NOT_FOUND"}


async def test_refusals(registry: Registry, schemas: Schemas) -> None:
    registry.status = 403
    assert await _reasons(schemas, _records(1)) == {"REGISTRY_REFUSED"}
    registry.status = 401
    with pytest.raises(ForbiddenError, match="--schema-registry-user"):
        await _reasons(schemas, _records(2))


async def test_schemas_that_are_no_use(registry: Registry, schemas: Schemas, clock: Clock) -> None:
    broken = registry.register("in-value", '{"type": "nothing"}')["id"]
    textless = registry.register("in-value", '{"type": "string"}')["id"]
    assert await _reasons(schemas, _records(broken)) == {"SCHEMA_UNUSABLE"}
    assert await _reasons(schemas, _records(textless)) == {"NO_TEXT_FIELD"}
    clock.now += 1e6
    assert await _reasons(schemas, [*_records(broken), *_records(textless)]) == {"SCHEMA_UNUSABLE", "NO_TEXT_FIELD"}
    assert len(registry.requests) == 2, "an id means one schema for ever"


async def test_schemas_that_are_too_large(registry: Registry, schemas: Schemas) -> None:
    one = registry.register("in-value", json.dumps(avro(doc="x" * 1024 * 1024)))["id"]
    other = registry.register("in-value", json.dumps(avro(doc="x" * 10 * 1024 * 1024)))["id"]
    assert await _reasons(schemas, _records(one)) == {"SCHEMA_UNUSABLE"}
    assert await _reasons(schemas, _records(other)) == {"SCHEMA_UNUSABLE"}


async def test_references_are_fetched_once_and_bounded(registry: Registry, schemas: Schemas) -> None:
    registry.register("emotion", json.dumps({**EMOTION, "namespace": "mood"}))
    reference = {"name": "mood.Emotion", "subject": "emotion", "version": 1}
    schema = json.dumps(avro(emotion=["null", "mood.Emotion"]))
    number = registry.register("in-value", schema, references=[reference, reference])["id"]
    payload = encoded(avro(emotion=["null", EMOTION]), {"id": "m", "text": "hello", "cost": b"\1", "sent_at": 0})
    assert await _reasons(schemas, _records(number, 5, payload)) == {"hello"}
    assert registry.requests == [f"/schemas/ids/{number}", "/subjects/emotion/versions/1?deleted=true"]
    many = [{"name": f"m{n}", "subject": "emotion", "version": 1} for n in range(100)]
    fan = registry.register("in-value", schema, references=many)["id"]
    assert await _reasons(schemas, _records(fan)) == {"SCHEMA_UNUSABLE"}
    deep = registry.register("deep", schema, references=[{"name": "d0", "subject": "deep0", "version": 1}])["id"]
    for level in range(20):
        further = {"name": f"d{level + 1}", "subject": f"deep{level + 1}", "version": 1}
        registry.register(f"deep{level}", json.dumps({**EMOTION, "doc": str(level)}), references=[further])
    assert await _reasons(schemas, _records(deep)) == {"SCHEMA_UNUSABLE"}


async def test_only_so_many_are_kept_and_none_that_is_needed(
    registry: Registry, schemas: Schemas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schemas_module, "_MOST_SCHEMAS", 2)
    for number in range(5):
        registry.register("in-value", json.dumps(avro(doc=str(number))))
    assert await _reasons(schemas, [*_records(1), *_records(2), *_records(3), *_records(4)]) == {"hello"}
    assert len(schemas.known) == 2
    kept = next(iter(schemas.known))
    assert await _reasons(schemas, [*_records(int(str(kept))), *_records(5)]) == {"hello"}
    assert set(schemas.known) == {kept, 5}


async def test_what_others_forget_is_kept_while_somebody_needs_it(
    registry: Registry, schemas: Schemas, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        registry.register("in-value", json.dumps(avro(doc=str(number))))
    await _reasons(schemas, [*_records(1), *_records(3)])
    registry.delay = True
    waiting = asyncio.ensure_future(_reasons(schemas, [*_records(1), *_records(2)]))
    await until(lambda: registry.waiting == 1)
    monkeypatch.setattr(schemas_module, "_MOST_SCHEMAS", 1)
    assert await _reasons(schemas, _records(3)) == {"hello"}
    assert set(schemas.known) == {1}
    registry.go.set()
    assert await waiting == {"hello"}


async def test_many_bytes_are_read_beside_the_loop(registry: Registry, schemas: Schemas) -> None:
    number = registry.register("in-value", json.dumps(avro()))["id"]
    threads = set()

    class Watching(Rewriter):
        def prepare(self, record: Record) -> Any:
            threads.add(threading.current_thread() is threading.main_thread())
            return super().prepare(record)

    rewriter = Watching(schemas.codec(make_codec("auto")), Routes(output="out", inputs=("in",)))
    await schemas.prepare(rewriter, _records(number))
    assert threads == {True}
    await schemas.prepare(rewriter, _records(number, 1, PAYLOAD + b"x" * 300_000))
    assert threads == {True, False}


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"[" * 100_000])
async def test_answers_that_are_none(registry: Registry, clock: Clock, body: bytes, monkeypatch: Any) -> None:
    schemas = _schemas(registry.url, clock, patience=0.05)

    async def ask(*_: object) -> tuple[int, bytes]:
        return 200, body

    monkeypatch.setattr(client_module.RegistryClient, "_ask", ask)
    assert await _reasons(schemas, _records(1)) == {"REGISTRY_UNAVAILABLE"}
    await schemas.close()


async def test_a_lane_that_ends_while_it_waits_takes_nothing_with_it(registry: Registry, schemas: Schemas) -> None:
    registry.register("in-value", json.dumps(avro()))
    registry.delay = True
    gone, stays = (asyncio.ensure_future(_reasons(schemas, _records(1))) for _ in range(2))
    await until(lambda: registry.waiting == 1)
    gone.cancel()
    registry.go.set()
    assert await stays == {"hello"}
    assert len(registry.requests) == 1
