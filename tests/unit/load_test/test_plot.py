"""The picture of a load test, and what is said where it cannot be drawn."""

from dataclasses import replace
from pathlib import Path

import pytest

from emotag.errors import InvalidArgumentError
from emotag_service.load_test import plot
from emotag_service.load_test.plot import check_plot, draw
from tests.unit.load_test.reports import REPORT


@pytest.mark.parametrize(("name", "start"), [("load.svg", b"<?xml"), ("load.png", b"\x89PNG")])
def test_it_is_drawn_in_the_form_that_the_name_says(tmp_path, name, start):
    pytest.importorskip("matplotlib")
    check_plot(tmp_path / name)
    draw(REPORT, tmp_path / name)
    assert (tmp_path / name).read_bytes().startswith(start)


def test_a_step_without_tags_is_drawn_too(tmp_path):
    pytest.importorskip("matplotlib")
    draw(replace(REPORT, steps=(replace(REPORT.steps[1], waits=None, tagged=0),)), tmp_path / "load.svg")
    assert (tmp_path / "load.svg").stat().st_size > 1_000


def test_another_form_is_refused_before_anything_is_measured():
    with pytest.raises(InvalidArgumentError, match=r"--plot load.pdf: name a file that ends in .svg or .png"):
        check_plot(Path("load.pdf"))


def test_without_matplotlib_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(plot, "find_spec", lambda name: None)
    with pytest.raises(InvalidArgumentError, match=r"pip install 'emotag\[plot\]'"):
        check_plot(Path("load.svg"))
