from __future__ import annotations

import pytest

from emotag_service.kafka.records.routes import topic_name


@pytest.mark.parametrize("name", ["a", "agent.messages", "A_b-C.9", "x" * 249, "..."])
def test_names_that_kafka_takes(name):
    assert topic_name(name) == name


@pytest.mark.parametrize("name", ["", ".", "..", "a b", "a/b", "ä", "x" * 250, "a\n", "{topic}", "a:b"])
def test_names_that_kafka_refuses(name):
    with pytest.raises(ValueError, match="must be the name of a topic"):
        topic_name(name)
