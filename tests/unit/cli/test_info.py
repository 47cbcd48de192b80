"""`emotag info`."""

from __future__ import annotations

from typing import Any


def test_for_people(emotag: Any) -> None:
    outcome = emotag("info")
    assert outcome.code == 0
    assert "model     m 1" in outcome.out
    assert "taxonomy  ekman: 3 labels, the default" in outcome.out
    assert "taxonomy  sentiment: 2 labels\n" in outcome.out
    assert "joy ≥ 0.50, anger ≥ 0.50" in outcome.out
    assert "65,536 bytes of text" in outcome.out


def test_for_programs(emotag: Any) -> None:
    (record,) = emotag("info", "--json").records
    assert record["model"] == {"name": "m", "version": "1", "digest": "d1"}
    assert record["taxonomies"][0] == {
        "name": "ekman",
        "labels": ["joy", "anger", "neutral"],
        "thresholds": [0.5, 0.5, 0.5],
    }
    assert record["limits"]["max_text_bytes"] == 65_536
