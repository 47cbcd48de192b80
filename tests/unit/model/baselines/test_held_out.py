"""The held-out splits that are there are read in their label sets, the others are named."""

import pytest

from emotag_model.baselines.held_out import SPLITS, held_out
from emotag_model.evaluation.label_sets import LABEL_SETS
from emotag_model.text import TextDataError
from emotag_model.training.data import find
from tests.unit.model.training.datafolder import write_rows


def test_what_is_there_and_what_is_not(tmp_path):
    write_rows(tmp_path / "text/meld/dev.jsonl.gz", [{"text": "Oh!", "labels": ["surprise"]}])
    found, missing = held_out(tmp_path)
    assert list(found) == ["meld/dev"]
    assert found["meld/dev"].label_set.name == "meld"
    assert len(missing) == len(SPLITS) - 1
    assert tmp_path / "text/dair_emotion/val.jsonl.gz" in missing


def test_a_damaged_one_is_named(tmp_path):
    write_rows(tmp_path / "text/meld/dev.jsonl.gz", [{"text": "Oh!", "labels": ["shock"]}])
    with pytest.raises(TextDataError, match=r"dev\.jsonl\.gz:1: labels has 'shock'"):
        held_out(tmp_path)


@pytest.mark.parametrize(("label_set", "split"), SPLITS)
def test_each_is_a_known_label_set_and_a_registered_split_that_is_held_out(label_set, split):
    assert label_set in {each.name for each in LABEL_SETS}
    name, part = split.split("/")
    assert next(each for each in find(name).splits if each.name == part).role in {"dev", "test"}
