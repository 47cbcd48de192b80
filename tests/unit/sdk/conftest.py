"""A scripted server for each test, and both clients behind one face, so that one suite holds for both."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import TYPE_CHECKING, Any

import pytest

from emotag import AsyncEmotionClient, EmotionClient, Info, Retry, Tag
from tests.unit.sdk.scripted import ScriptedServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator

FAST = Retry(attempts=4, initial=0.001, maximum=0.002)


class Blocking:
    """EmotionClient."""

    def __init__(self, target: str, **settings: Any) -> None:
        self._client = EmotionClient(target, **{"retry": FAST, **settings})

    def classify(self, message: Any, **options: Any) -> Tag:
        return self._client.classify(message, **options)

    def classify_many(self, messages: Any, **options: Any) -> list[Tag]:
        return self._client.classify_many(messages, **options)

    def stream(self, messages: Iterable[Any], *, most: int | None = None, **options: Any) -> list[Tag]:
        """All tags, or the first `most`, after which the stream is closed."""
        with contextlib.closing(self._client.stream(messages, **options)) as tags:
            return list(tags) if most is None else [next(tags) for _ in range(most)]

    def talk(self, messages: Iterable[Any], **options: Any) -> list[Tag]:
        """Say the next message once the last is answered."""
        answered, tags = threading.Semaphore(), []

        def said() -> Iterator[Any]:
            for message in messages:
                answered.acquire()
                yield message

        for tag in self._client.stream(said(), **options):
            tags.append(tag)
            answered.release()
        return tags

    def fall_silent(self, messages: Iterable[Any], **options: Any) -> list[Tag]:
        """Say these, and nothing more without an end."""
        over = threading.Event()

        def said() -> Iterator[Any]:
            yield from messages
            over.wait()

        try:
            return list(self._client.stream(said(), **options))
        finally:
            over.set()

    def info(self, **options: Any) -> Info:
        return self._client.info(**options)

    def close(self) -> None:
        self._client.close()


class OnLoop:
    """AsyncEmotionClient, on a loop of its own."""

    def __init__(self, target: str, **settings: Any) -> None:
        self._loop = asyncio.Runner()
        self._client = AsyncEmotionClient(target, **{"retry": FAST, **settings})

    def classify(self, message: Any, **options: Any) -> Tag:
        return self._loop.run(self._client.classify(message, **options))

    def classify_many(self, messages: Any, **options: Any) -> list[Tag]:
        return self._loop.run(self._client.classify_many(messages, **options))

    def stream(self, messages: Iterable[Any], *, most: int | None = None, **options: Any) -> list[Tag]:
        return self._loop.run(self._stream(messages, most, options))

    async def _stream(self, messages: Iterable[Any], most: int | None, options: dict[str, Any]) -> list[Tag]:
        async with contextlib.aclosing(self._client.stream(messages, **options)) as tags:
            if most is None:
                return [tag async for tag in tags]
            return [await anext(tags) for _ in range(most)]

    def talk(self, messages: Iterable[Any], **options: Any) -> list[Tag]:
        """Say the next message once the last is answered."""
        return self._loop.run(self._talk(messages, options))

    async def _talk(self, messages: Iterable[Any], options: dict[str, Any]) -> list[Tag]:
        answered, tags = asyncio.Semaphore(), []

        async def said() -> AsyncIterator[Any]:
            for message in messages:
                await answered.acquire()
                yield message

        async for tag in self._client.stream(said(), **options):
            tags.append(tag)
            answered.release()
        return tags

    def fall_silent(self, messages: Iterable[Any], **options: Any) -> list[Tag]:
        """Say these, and nothing more without an end."""

        async def said() -> AsyncIterator[Any]:
            for message in messages:
                yield message
            await asyncio.Event().wait()

        async def tags() -> list[Tag]:
            return [tag async for tag in self._client.stream(said(), **options)]

        return self._loop.run(tags())

    def info(self, **options: Any) -> Info:
        return self._loop.run(self._client.info(**options))

    def close(self) -> None:
        self._loop.run(self._client.close())
        self._loop.close()


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    server = ScriptedServer().start()
    yield server
    server.stop()


@pytest.fixture(params=[Blocking, OnLoop], ids=["blocking", "async"])
def connect(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Makes clients of both kinds, and closes them."""
    with contextlib.ExitStack() as clients:

        def make(target: str, **settings: Any) -> Blocking | OnLoop:
            client = request.param(target, **settings)
            clients.callback(client.close)
            return client

        yield make


@pytest.fixture
def client(connect: Any, server: ScriptedServer) -> Blocking | OnLoop:
    return connect(server.target)
