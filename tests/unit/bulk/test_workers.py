"""Processes that tag parts, and what becomes of parts when one dies."""

from __future__ import annotations

from typing import Any

import pytest

from emotag.bulk.options import BulkOptions
from emotag.bulk.workers import Part, Workers
from emotag.errors import InternalError
from tests.unit.bulk.forms import Deadly


def parts(tmp_path: Any, payloads: list[str], times: int) -> list[Part]:
    form: Any = Deadly(tmp_path / "deaths", times)
    return [Part(form, payload, tmp_path / f"part-{number}") for number, payload in enumerate(payloads)]


def test_a_part_whose_worker_died_is_done_by_another_and_none_is_lost(tmp_path: Any) -> None:
    made = parts(tmp_path, ["a", "die", "b", "c", "d"], times=1)
    with Workers(1, BulkOptions()) as workers:
        counts = list(workers.tag(made))
    assert sum(each.rows for each in counts) == len(counts) == 5
    assert [part.path.read_text() for part in made] == ["a", "die", "b", "c", "d"]
    assert len((tmp_path / "deaths").read_text().splitlines()) == 2


def test_one_that_kills_twice_ends_the_run_by_its_name(tmp_path: Any) -> None:
    made = parts(tmp_path, ["a", "die"], times=9)
    with Workers(1, BulkOptions()) as workers, pytest.raises(InternalError, match=r"died twice over part-1 .*memory"):
        list(workers.tag(made))
    assert not list(tmp_path.glob("part-1*")) or not (tmp_path / "part-1.json").exists()


def test_what_a_worker_cannot_write_is_told_as_it_is(tmp_path: Any) -> None:
    form: Any = Deadly(tmp_path / "deaths", 0)
    part = Part(form, "a", tmp_path / "missing" / "part-0")
    with Workers(1, BulkOptions()) as workers, pytest.raises(FileNotFoundError, match="missing"):
        list(workers.tag([part]))
