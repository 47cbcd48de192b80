"""The Dockerfile's steps as the tests that run them read them."""

from __future__ import annotations

from pathlib import Path

from tests.image.build import Builder
from tests.image.root import release
from tests.image.steps import assignments, defaults, filled, stages
from tests.unit.deploy.files import ROOT, instructions


def test_every_step_belongs_to_a_stage_and_is_known(tmp_path: Path) -> None:
    found = stages({})
    before = [keyword for keyword, _ in instructions()].index("FROM")
    assert before + sum(len(stage.steps) + 1 for stage in found) == len(instructions())
    assert [stage.name for stage in found] == ["build", ""]
    assert {stage.base for stage in found} == {defaults()["PYTHON_IMAGE"]}
    known = {*Builder(tmp_path, ROOT, tmp_path / "stages").steps, "LABEL", "EXPOSE"}
    assert {keyword for stage in found for keyword, _ in stage.steps} <= known


def test_a_build_argument_goes_before_the_default() -> None:
    assert {stage.base for stage in stages({"PYTHON_IMAGE": "python:3.13-slim"})} == {"python:3.13-slim"}


def test_variables_are_written_out() -> None:
    assert filled("a/$B:${C}x$D", {"B": "1", "C": "2"}) == "a/1:2x"
    assert assignments('PATH=/a:$PATH NAME="two words" EMPTY=""', {"PATH": "/b"}) == {
        "PATH": "/a:/b",
        "NAME": "two words",
        "EMPTY": "",
    }


def test_a_release_of_debian_stands_in_for_the_base() -> None:
    assert release(defaults()["PYTHON_IMAGE"])
    assert release("python:3.10.1-slim") == ""
