"""Taggers for the conformance suite, and topics with dead letters."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from emotag_service.kafka.records.routes import Routes
from tests.brokers.protocol import Broker
from tests.integration.kafka.post import NewTopic, Post
from tests.integration.kafka.running import RunningTagger

Start = Callable[..., RunningTagger]


@pytest.fixture
def tagger(name: str) -> Iterator[Start]:
    """Starts taggers of this test's group: tagger(broker, Routes(…), policy="stop", …); stops them, and raises what ended one."""
    with ExitStack() as stack:

        def start(broker: Broker, routes: Routes, **options: Any) -> RunningTagger:
            made = RunningTagger(broker, options.pop("group", name), routes, **options)
            made.start()
            stack.callback(made.stop)
            return made

        yield start


@pytest.fixture
def small_post(embedded_broker: Broker, new_topic: NewTopic, name: str) -> Post:
    """For what does not hang on the broker."""
    return Post(embedded_broker, new_topic, name)


@pytest.fixture
def post(broker: Broker, new_topic: NewTopic, name: str) -> Post:
    return Post(broker, new_topic, name)
