"""What keeps data from being what is registered is a problem; a test split that is held back is none."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from emotag_model.training.data.check.findings import DataSetFindings, SplitFindings
from emotag_model.training.data.check.overlap import Overlap
from emotag_model.training.data.registry import find
from emotag_model.training.data.row import BadRow
from emotag_model.training.data.split import Split

PATH = Path("text/mine/train.jsonl.gz")


@pytest.mark.parametrize(("split", "problems"), [(Split.train(3), 1), (Split.dev(3), 1), (Split.test(3), 0)])
def test_only_a_missing_test_split_is_no_problem(split, problems):
    found = SplitFindings(split, PATH).problems("https://here")
    assert found == [f"{PATH}: no such file; get it at https://here"] * problems


def test_all_as_registered_is_no_problem():
    assert SplitFindings(Split.train(3), PATH, rows=3, labels=Counter(joy=3)).problems("") == []


def test_other_counts_are():
    assert SplitFindings(Split.train(4_000), PATH, rows=3_999).problems("") == [
        f"{PATH}: 3,999 rows; 4,000 are registered"
    ]


def test_counts_of_what_is_not_registered_are_not():
    assert SplitFindings(Split("extra", Split.train(1).role, None), PATH, rows=9).problems("") == []


def test_a_bad_row_is_one_problem_not_two():
    found = SplitFindings(Split.train(3), PATH, rows=2, bad=[BadRow(f"{PATH}:2", "not JSON")], bad_count=1)
    assert found.problems("") == [f"{PATH}:2: not JSON"]


def test_many_bad_rows_are_summed_up():
    found = SplitFindings(Split.train(5_001), PATH, rows=0, bad=[BadRow(f"{PATH}:1", "odd")], bad_count=5_001)
    assert found.problems("") == [f"{PATH}:1: odd", f"{PATH}: 5,000 more bad rows"]


def test_unknown_labels_are_named():
    found = SplitFindings(Split.train(2), PATH, rows=2, unknown_labels=Counter(fun=2, bliss=1))
    assert found.problems("") == [
        f"{PATH}: label 'bliss' in 1 rows; it is not registered",
        f"{PATH}: label 'fun' in 2 rows; it is not registered",
    ]


def test_a_data_set_gathers_the_problems_of_its_splits_and_its_own():
    missing, bad = SplitFindings(Split.dev(1), PATH), SplitFindings(Split.train(2), PATH, rows=1)
    found = DataSetFindings(find("meld"), True, [missing, bad], more=["odd file"])
    assert len(found.problems()) == 3
    assert "https://github.com/declare-lab/MELD" in found.problems()[0]
    assert found.problems()[-1] == "odd file"


def test_json_holds_every_figure():
    split = SplitFindings(Split.train(3), PATH, rows=3, labels=Counter(joy=3), within=Overlap(rows=3, exact=1))
    entry = replace(find("meld"), name="mine")
    found = DataSetFindings(entry, False, [split], between={("dev", "train"): Overlap(rows=4, normalised=1)})
    made = json.loads(json.dumps(found.to_dict()))
    assert (made["name"], made["registered"], made["may_ship"], made["licence"]) == (
        *("mine", False, False),
        "GPL-3.0-only",
    )
    assert made["splits"][0]["rows"] == made["splits"][0]["registered_rows"] == 3
    assert made["splits"][0]["labels"] == {"joy": 3}
    assert made["splits"][0]["duplicates_percent"]["exact"] == 33.33
    assert made["overlaps_percent"] == [
        {"split": "dev", "in": "train", "exact": 0, "normalised": 25, "normalised_long": 0, "conflicting": 0}
    ]
    assert made["problems"] == []
