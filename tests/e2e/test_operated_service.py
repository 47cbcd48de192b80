"""What docs/operations.md tells people to type: a service from nothing to its end, and drift against an hour that was kept."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from emotag import TLS, AsyncEmotionClient, EmotionClient, Message
from emotag_model.checkpoint import Checkpoint
from tests.brokers.admin import make_topic
from tests.brokers.fixtures import Brokers, available
from tests.brokers.ports import stable_port
from tests.brokers.records import Seen, read, read_until, write
from tests.e2e.pages import ROOT
from tests.e2e.shell import Running, Shell
from tests.integration.process import save_checkpoint

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from emotag import Tag

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
PROMETHEUS = os.environ.get("EMOTAG_TEST_PROMETHEUS") or shutil.which("prometheus")
GRPC, HTTP, SERVER, TAGGER, KAFKA, WATCH = "50051", "8080", "9464", "9465", "9092", "9090"
CANDIDATE, INPUT, OUTPUT = "/models/candidate", "agent.messages", "agent.messages.tagged"
READY, ASSIGNED, OPEN = '"event": "ready"', '"event": "partitions assigned"', "Ctrl-C stops it."
BURST = 200
pytestmark = pytest.mark.skipif(not (shutil.which("curl") and shutil.which("openssl")), reason="no curl or no openssl")


TITLE = "From nothing to a service that is operated\n"
SECTIONS = PAGE.split("\n## ")


def _lines(*sections: str) -> list[str]:
    """What is typed in sections of the page."""
    blocks = [block for one in sections for block in re.findall(r"```console\n(.*?)```", one, re.DOTALL)]
    return [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]


WALK = _lines(*(section for section in SECTIONS if section.startswith(TITLE)))
REST = _lines(*(section for section in SECTIONS if not section.startswith(TITLE)))


class Operated:
    """What is known of the service that the walk sets up.

    Attributes:
        shell: Types.
        ports: Here, by those that the page has.
        folder: In which all of it happens.
        input: What agents write to.
        output: Where the tagger writes.
    """

    def __init__(self, folder: Path, kafka: tuple[str, str]) -> None:
        """Make it over a Kafka by port and input topic, with Prometheus' configuration as it is but for ports and for how often it looks."""
        self.folder = folder
        self.ports = {written: str(stable_port()) for written in (GRPC, HTTP, SERVER, TAGGER, KAFKA, WATCH)}
        port, self.input = kafka
        self.ports[KAFKA] = port or self.ports[KAFKA]
        self.output = f"{self.input}.tagged"
        self.models = [save_checkpoint(folder / "live", seed=7), save_checkpoint(folder / "candidate", seed=8)]
        places = {**self.ports, CANDIDATE: str(self.models[1]), INPUT: self.input, OUTPUT: self.output}
        self.shell = Shell(folder, places, EMOTAG_TARGET=f"localhost:{self.ports[GRPC]}")
        (folder / "docs").symlink_to(ROOT / "docs")
        shutil.copytree(ROOT / "deploy" / "prometheus", folder / "deploy" / "prometheus")
        (folder / "deploy" / "grafana").symlink_to(ROOT / "deploy" / "grafana")
        config = folder / "deploy" / "prometheus" / "one-machine.yml"
        text = config.read_text().replace("15s", "1s")
        config.write_text(text.replace(SERVER, self.ports[SERVER]).replace(TAGGER, self.ports[TAGGER]))
        if PROMETHEUS:
            (folder / "bin").mkdir()
            (folder / "bin" / "prometheus").symlink_to(PROMETHEUS)

    @property
    def bootstrap(self) -> str:
        return f"localhost:{self.ports[KAFKA]}"

    @property
    def digests(self) -> list[str]:
        return [Checkpoint.load(model).identity.digest for model in self.models]

    async def burst(self, name: str) -> None:
        """Have records tagged that all come now, while everything else goes on."""
        texts = ("thank you so much !", "i am angry", "this is fine .")
        said = [{"id": f"{name}-{number}", "text": texts[number % 3]} for number in range(BURST)]
        await asyncio.to_thread(write, self.bootstrap, self.input, [Seen(json.dumps(one).encode()) for one in said])
        await asyncio.to_thread(read_until, self.bootstrap, self.output, count=self.written())

    def written(self) -> int:
        return len(read(self.bootstrap, self.input))


@pytest.fixture
def kafka(brokers: Brokers) -> tuple[str, str]:
    """The port of an Apache Kafka where there is one, else empty: the page starts its own; and a topic."""
    if "apache" not in available():
        return "", INPUT
    broker, topic = brokers.get("apache"), f"{INPUT}.{os.urandom(4).hex()}"
    assert make_topic(broker.bootstrap, topic)
    return broker.bootstrap.rpartition(":")[2], topic


async def test_from_nothing_to_a_service_that_is_operated(tmp_path: Path, kafka: tuple[str, str]) -> None:
    """Its checkpoint is swapped and swapped back under a stream of the SDK, a stream that is typed, and a tagger."""
    here = Operated(tmp_path, kafka)
    lines = iter(WALK)
    for _ in range(5):
        await here.shell.typed(next(lines))
    async with AsyncExitStack() as stack:
        server, tagger, typed = await _set_up(here, lines, stack, own_broker=not kafka[0])
        talk = Talk(here)
        async with talk:
            await _look(here, lines)
            await _change(here, lines, talk)
        for each in (*typed, tagger):
            await each.end()
        assert await here.shell.typed(next(lines)) == "answers what it has taken, and ends\n"
        assert await server.process.wait() == 0
        assert tagger.process.returncode == 0, tagger.said
        _check_records(here)
    assert next(lines, None) is None
    _check_stream(here, talk.tags)


async def _set_up(
    here: Operated, lines: Any, stack: AsyncExitStack, *, own_broker: bool
) -> tuple[Running, Running, list[Running]]:
    """Server, tagger and the lines that send messages, running."""
    only_server = {"EMOTAG_PORT": here.ports[GRPC], "EMOTAG_CHECKPOINT": str(here.models[0]), "EMOTAG_DEVICES": "cpu"}
    server = await stack.enter_async_context(here.shell.running(next(lines), **only_server))
    broker = next(lines)
    if own_broker:
        await (await stack.enter_async_context(here.shell.running(broker))).wait_for(OPEN)
    await server.wait_for(READY)
    tagger = await stack.enter_async_context(here.shell.running(next(lines)))
    watch = next(lines)
    if PROMETHEUS:
        await stack.enter_async_context(here.shell.running(watch))
    await tagger.wait_for(ASSIGNED)
    typed = [await stack.enter_async_context(here.shell.running(next(lines))) for _ in range(2)]
    await here.burst("first")
    return server, tagger, typed


async def _look(here: Operated, lines: Any) -> None:
    assert await here.shell.typed(next(lines)) == "ok\n"
    assert {one["label"] for one in json.loads(await here.shell.typed(next(lines)))} >= {"joy", "neutral"}
    tagged = re.search(r'\{outcome="tagged"\} (\S+)', await here.shell.typed(next(lines)))
    assert tagged is not None
    assert float(tagged[1]) >= BURST
    query = next(lines)
    drawn = next(lines)
    async with asyncio.timeout(60):
        while PROMETHEUS and (await here.shell.typed(query)).count(',"1"]') != 2:  # noqa: ASYNC110 - of another process
            await asyncio.sleep(0.2)
    if PROMETHEUS:
        await here.shell.typed(drawn)
        assert (here.folder / "dashboard.png").read_bytes().startswith(b"\x89PNG")


async def _change(here: Operated, lines: Any, talk: Talk) -> None:
    live, candidate = (digest[:12] for digest in here.digests)
    here.shell.export(next(lines))
    assert f"({candidate}) computes beside, 1 of messages" in await here.shell.typed(next(lines))
    await here.burst("shadowed")
    status = await here.shell.typed(next(lines))
    assert status.count(f"model tiny 0.1.0 ({live})") == 2
    assert sum(int(count.replace(",", "")) for count in re.findall(r"compared ([\d,]+)", status)) > 0
    assert await here.shell.typed(next(lines)) == "the candidate computes no more\n"
    assert f"({candidate}) answers 0.5 of conversations" in await here.shell.typed(next(lines))
    await talk.until_tagged_by(here.digests[1])
    await here.burst("split")
    assert await here.shell.typed(next(lines)) == "the candidate answers no more\n"
    await here.shell.typed(next(lines))
    await here.burst("swapped")
    assert (await here.shell.typed(next(lines))).count(f"model tiny 0.1.0 ({candidate})") == 2
    assert (await here.shell.typed(next(lines))).splitlines()[-1].endswith(f" tiny/0.1.0@{candidate}")
    assert f"serves tiny 0.1.0 ({live})" in await here.shell.typed(next(lines))
    await here.burst("back")
    await talk.until_tagged_by(here.digests[0])


def _check_records(here: Operated) -> None:
    """Each once, and by the model that was live when it came."""
    tagged = read_until(here.bootstrap, here.output, count=here.written())
    assert len(tagged) == here.written()
    live, candidate = (f"tiny/0.1.0@{digest[:12]}" for digest in here.digests)
    expected = {"first": {live}, "shadowed": {live}, "split": {live, candidate}, "swapped": {candidate}, "back": {live}}
    ids: list[str] = []
    for name, models in expected.items():
        records = [(json.loads(one.value or b""), one.header("emotion-model") or b"") for one in tagged]
        mine = [(value["id"], model.decode()) for value, model in records if value.get("id", "").startswith(f"{name}-")]
        assert {model for _, model in mine} == models, name
        ids += [identifier for identifier, _ in mine]
    assert sorted(ids) == sorted(f"{name}-{number}" for name in expected for number in range(BURST))


def _check_stream(here: Operated, tags: list[Tag]) -> None:
    assert [tag.message_id for tag in tags] == [f"m{number}" for number in range(len(tags))]
    assert {tag.error for tag in tags} == {None}
    assert {tag.model.digest for tag in tags if tag.model} == set(here.digests)
    printed = [json.loads(line) for line in (here.folder / "tags.jsonl").read_text().splitlines()]
    assert len(printed) > 10
    assert all(tag["label"] for tag in printed)


class Talk:
    """A stream of the SDK that goes on while the context lasts.

    Attributes:
        tags: So far.
    """

    def __init__(self, here: Operated) -> None:
        self.tags: list[Tag] = []
        self._here = here
        self._over = asyncio.Event()

    async def __aenter__(self) -> None:
        self._talking = asyncio.create_task(self._talk())

    async def __aexit__(self, *_: object) -> None:
        self._over.set()
        await self._talking

    async def until_tagged_by(self, digest: str) -> None:
        """Wait for a tag that comes from now on and is of this model."""
        begin = len(self.tags)
        async with asyncio.timeout(60):
            while not any(tag.model and tag.model.digest == digest for tag in self.tags[begin:]):
                assert not self._talking.done(), self._talking.result()
                await asyncio.sleep(0.02)

    async def _talk(self) -> None:
        folder = self._here.folder
        connection = {"tls": TLS(ca=folder / "server.pem"), "token": folder / "agents.token"}
        async with AsyncEmotionClient(f"localhost:{self._here.ports[GRPC]}", **connection) as client:  # type: ignore[arg-type]
            async for tag in client.stream(self._said()):
                self.tags.append(tag)

    async def _said(self) -> AsyncIterator[Message]:
        number = 0
        while not self._over.is_set():
            for _ in range(16):
                yield Message("thank you so much !", id=f"m{number}", conversation_id=f"c{number % 50}")
                number += 1
            await asyncio.sleep(0.05)


async def test_drift_against_an_hour_that_was_kept(tmp_path: Path) -> None:
    plain, ready, keep, compared = REST
    port, grpc = str(stable_port()), str(stable_port())
    shell = Shell(tmp_path, {SERVER: port}, EMOTAG_PORT=grpc, EMOTAG_DEVICES="cpu")
    model = {"EMOTAG_CHECKPOINT": str(save_checkpoint(tmp_path / "tiny"))}
    async with shell.running(plain, **model) as server:
        await server.wait_for('"event": "serving"')
        assert await shell.typed(ready) == "ok\n"
        await asyncio.to_thread(_tag, grpc, 200)
        await shell.typed(keep)
        await server.end()
        assert server.process.returncode == 0, server.said
    assert json.loads((tmp_path / "usual.json").read_text())["taxonomies"]["basic"]["tags"] == 600
    async with shell.running(compared, **model) as server:
        await server.wait_for('"event": "serving"')
        await asyncio.to_thread(_tag, grpc, 200)
        metrics = await shell.typed(f"curl --silent localhost:{SERVER}/metrics")
    (index,) = re.findall(r'^emotag_drift_psi\{taxonomy="basic"\} (\S+)$', metrics, re.MULTILINE)
    assert abs(float(index)) < 0.01


def _tag(port: str, count: int) -> None:
    with EmotionClient(f"localhost:{port}") as client:
        assert sum(1 for _ in client.stream(["thank you", "joy", "i am angry"] * count)) == 3 * count
