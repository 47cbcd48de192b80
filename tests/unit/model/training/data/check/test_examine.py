"""Everything in a folder is counted, and what is amiss in it is found where it is."""

import gzip
import json

import pytest

from emotag_model.training.data.check import Layout, examine
from tests.unit.model.training.data.miniature import SHARED, needs_shared, said, write_short_texts, write_split
from tests.unit.model.training.datafolder import write_rows


def examined(folder):
    return {found.data_set.name: found for found in examine(Layout.of(folder).places)}


@pytest.fixture
def folder(tmp_path):
    write_split(tmp_path, "meld", "train", [said("Hi", "joy"), said("hi", "joy"), said("no", "anger")])
    write_split(tmp_path, "meld", "dev", [said("Hi", "joy"), said("NO", "fear"), said("new", "fear")])
    return tmp_path


def test_rows_and_labels_are_counted(folder):
    train, dev, test = examined(folder)["meld"].splits
    assert (train.rows, dev.rows, test.rows) == (3, 3, None)
    assert train.labels == {"joy": 2, "anger": 1}
    assert train.within.normalised == 1


def test_what_stands_in_two_splits_is_counted(folder):
    write_split(folder, "meld", "test", [said("new", "joy")])
    between = examined(folder)["meld"].between
    assert list(between) == [("dev", "train"), ("test", "train"), ("test", "dev")]
    assert between["dev", "train"].percent() == {
        "exact": 33.33, "normalised": 66.67, "normalised_long": 0.0, "conflicting": 50.0,
    }  # fmt: skip
    assert between["test", "dev"].conflicting == 1


def test_registered_labels_are_told_from_others(folder):
    write_split(folder, "meld", "train", [said("a", "joy"), said("b", "bliss")])
    assert examined(folder)["meld"].splits[0].unknown_labels == {"bliss": 1}


def test_labels_of_what_is_not_registered_are_only_counted(folder):
    write_split(folder, "mine", "all", [said("a", "bliss")])
    [split] = examined(folder)["mine"].splits
    assert (split.labels, split.unknown_labels) == ({"bliss": 1}, {})
    assert examined(folder)["mine"].problems() == []


def test_bad_rows_are_told_with_their_line(folder):
    path = write_split(folder, "meld", "train", [said("a", "joy"), said(""), said("b", "joy")])
    assert examined(folder)["meld"].problems()[0].startswith(f"{path}:2: text must be")


def test_files_that_nobody_would_read_are_told(folder):
    (folder / "text" / "meld" / "extra.jsonl").write_text("{}")
    assert any(each.endswith("extra.jsonl: is not read; gzip it") for each in examined(folder)["meld"].problems())


def test_a_shared_file_is_read_once_and_told_of_once(tmp_path):
    write_short_texts(tmp_path, sgd=["a", "b", " "], redial=["c"], blog=["d", "e"])
    told = []
    found = list(examine(Layout.of(tmp_path / "unlabelled").places, told.append))
    assert told == [6]
    assert {each.data_set.name: each.splits[0].rows for each in found}["unlabelled:redial"] == 1
    first, *others = found
    assert first.data_set.name == "unlabelled:sgd"
    assert [each for each in first.problems() if "blog" in each] == [
        f"{tmp_path}/unlabelled/short_text_en.jsonl.gz: 2 rows of 'blog', which is not registered"
    ]
    assert sum("text must be" in problem for each in found for problem in each.problems()) == 1
    assert not any("blog" in problem for each in others for problem in each.problems())


def test_labels_of_agents_messages_are_examined(folder):
    write_rows(folder / "agents" / "train.jsonl.gz", [said("a", "joy"), said("b", "bliss")])
    write_rows(folder / "agents" / "dev.jsonl.gz", [{"text": "c", "label": "fear", "accept": ["fear", "anger"]}])
    train, dev, _ = examined(folder)["agents"].splits
    assert (train.rows, train.unknown_labels) == (2, {"bliss": 1})
    assert dev.labels == {"fear": 1, "anger": 1}


def test_ratings_of_whole_dialogues_are_rows_but_no_texts(tmp_path):
    rows = [said("a", "neutral"), {"text": "", "labels": ["neutral"], "overall": True}, said("a")]
    write_split(tmp_path, "uss_satisfaction", "ccpe", rows)
    split = examined(tmp_path)["uss_satisfaction"].splits[2]
    assert (split.rows, split.bad_count, split.within.rows) == (3, 0, 2)


KNOWN = {
    "meld": {("dev", "train"): (12.17, 12.17, 0.0, 11.11), "train": 10.64},
    "dair_emotion": {("val", "train"): (0.25, 0.25, 0.26, 100.0), "train": 0.19},
    "emocontext": {("dev", "train"): (28.2, 0.18, 0.0, 80.0), "train": 0.77},
    "emobank": {("dev", "train"): (2.5, 2.5, 0.37, 0.0), "train": 1.39},
    "isear_deepmoji_split": {("val", "train"): (1.0, 1.0, 0.0, 0.0), "train": 0.22},
    "goemotions": {("dev", "train"): (0.79, 0.9, 0.04, 24.49), "train": 0.51},
}
"""Leaks as they are known of the real data; per pair exact, normalised, of 6 words and more, conflicting."""


@needs_shared
@pytest.mark.parametrize("name", KNOWN)
def test_the_known_leaks_are_found(name):
    found = examined(SHARED / "text" / name)[name]
    assert found.problems() == []
    for pair, known in KNOWN[name].items():
        if isinstance(pair, tuple):
            assert tuple(found.between[pair].percent().values()) == known
        else:
            assert found.splits[0].within.percent()["normalised"] == known


@needs_shared
@pytest.mark.parametrize(("name", "split"), [("meld", "dev"), ("dair_emotion", "val"), ("emobank", "dev")])
def test_as_many_rows_are_found_in_train_as_are_marked_so(name, split):
    """Whoever prepared the data marked the rows of held-out splits that stand in train as well."""
    with gzip.open(SHARED / "text" / name / f"{split}.jsonl.gz") as lines:
        marked = sum(json.loads(line).get("in_train", False) for line in lines)
    assert examined(SHARED / "text" / name)[name].between[split, "train"].normalised == marked > 0
