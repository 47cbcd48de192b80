from __future__ import annotations

import pytest

from emotag_service.kafka.tagging.settings import LoopSettings


def test_topics_or_a_pattern():
    assert LoopSettings(group="g", pattern="agent.*").topics == ()
    with pytest.raises(ValueError, match="topics or a pattern"):
        LoopSettings(group="g")
    with pytest.raises(ValueError, match="not both"):
        LoopSettings(group="g", topics=("a",), pattern="b")


@pytest.mark.parametrize("name", ["transaction_seconds", "batch_records", "buffer_bytes", "session_seconds"])
def test_what_must_be_more_than_nothing(name):
    with pytest.raises(ValueError, match=name):
        LoopSettings(group="g", topics=("a",), **{name: 0})


def test_a_group_is_needed():
    with pytest.raises(ValueError, match="group"):
        LoopSettings(group="", topics=("a",))


def test_a_transaction_may_not_grow_older_than_the_cluster_lets_it():
    with pytest.raises(ValueError, match="aborts transactions"):
        LoopSettings(group="g", topics=("a",), transaction_seconds=15.0)
