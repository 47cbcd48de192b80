"""The report says of each data set what was found, and of each kind of finding in words of its own."""

import pytest

from emotag_model.cli.data_report import render_report, report_dict
from emotag_model.training.data.check import Layout, examine
from tests.unit.model.training.data.miniature import said, write_split


@pytest.fixture
def report(tmp_path):
    def made():
        layout = Layout.of(tmp_path)
        return render_report(layout, list(examine(layout.places)))

    return made


def test_what_is_not_registered_is_said_to_be(tmp_path, report):
    write_split(tmp_path, "mine", "all", [said("a", "bliss")])
    write_split(tmp_path, "xed_en", "extra", [said("a", "joy")])
    text = report()
    assert "mine (unknown, as it is not registered; may not ship, not registered)" in text
    assert "xed_en (CC-BY-4.0; may ship)" in text
    assert "extra            train 1 rows; the split is not registered" in text


def test_found_and_registered_rows_are_set_side_by_side(tmp_path, report):
    write_split(tmp_path, "xed_en", "all", [said("a", "joy")])
    assert "all              train 1 rows of 27,195" in report()


def test_only_texts_that_stand_twice_get_a_line(tmp_path, report):
    write_split(tmp_path, "meld", "train", [said("a", "joy"), said("b", "joy"), said("A", "fear")])
    write_split(tmp_path, "meld", "dev", [said("c", "joy")])
    text = report()
    assert (
        "twice in train                   exact  0.00 %  same 33.33 %  6+ words  0.00 %  labels differ 100.0 %" in text
    )
    assert "twice in dev" not in text
    assert "dev in train" not in text


def test_problems_are_summed_up(tmp_path, report):
    write_split(tmp_path, "meld", "train", [said("a", "bliss")])
    text = report()
    assert text.count("  problem: ") == 3  # the label, the number of rows, and dev
    assert text.endswith("1 data set, 3 problems")
    layout = Layout.of(tmp_path)
    assert report_dict(layout, list(examine(layout.places)))["problems"] == 3
