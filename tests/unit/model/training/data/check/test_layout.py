"""A folder is understood whichever level of it is named, and what is not registered is seen as well."""

from pathlib import Path

import pytest

from emotag_model.training.data.check.layout import Layout
from emotag_model.training.data.registry import REGISTRY
from emotag_model.training.data.split import Role
from emotag_model.training.errors import TrainingError
from tests.unit.model.training.data.miniature import said, write_short_texts, write_split
from tests.unit.model.training.datafolder import write_rows


@pytest.fixture
def folder(tmp_path):
    write_split(tmp_path, "meld", "train", [said("a", "joy")])
    write_split(tmp_path, "mine", "val", [said("b", "bliss")])
    write_short_texts(tmp_path, sgd=["c"])
    write_rows(tmp_path / "streams" / "tau_bench_fewshot.jsonl.gz", [{"text": "d"}])
    write_rows(tmp_path / "streams" / "ours.jsonl.gz", [{"text": "e"}])
    write_rows(tmp_path / "agents" / "train.jsonl.gz", [said("f", "joy")])
    write_rows(tmp_path / "agents" / "unlabelled.jsonl.gz", [{"text": "g"}])
    (tmp_path / "text" / "notes").mkdir()
    (tmp_path / "text" / "README.md").write_text("no data")
    return tmp_path


def names(layout):
    return [place.data_set.name for place in layout.places]


CORPUS = [name for name in REGISTRY if name.startswith("unlabelled:")]
STREAMS = ["streams:tau_bench_fewshot", "streams:ours"]
AGENTS = ["agents", "agents_unlabelled"]


def test_the_data_folder_has_all(folder):
    layout = Layout.of(folder)
    assert names(layout) == ["meld", "mine", *CORPUS, *STREAMS, *AGENTS]
    assert {each.name for each in layout.absent} == set(REGISTRY) - set(names(layout))


@pytest.mark.parametrize(
    ("below", "expected"),
    [
        ("text", ["meld", "mine"]),
        ("text/meld", ["meld"]),
        ("text/mine", ["mine"]),
        ("unlabelled", CORPUS),
        ("streams", STREAMS),
        ("agents", AGENTS),
    ],
)
def test_a_part_has_its_own_and_misses_nothing(folder, below, expected):
    layout = Layout.of(folder / below)
    assert names(layout) == expected
    assert layout.absent == []


def test_data_sets_may_lie_in_a_folder_of_any_name(folder):
    (folder / "text").rename(folder / "corpora")
    assert names(Layout.of(folder / "corpora")) == ["meld", "mine"]
    assert Layout.of(folder / "corpora" / "meld").places[0].path("train").is_file()


def test_a_place_may_be_named_from_within(folder, monkeypatch):
    monkeypatch.chdir(folder / "text" / "meld")
    [place] = Layout.of(Path()).places
    assert place.data_set.name == "meld"
    assert place.path("train").is_file()


def test_files_are_where_the_data_sets_are(folder):
    for place in Layout.of(folder).places:
        assert any(place.path(split.name).is_file() for split in place.data_set.splits)


def test_what_is_not_registered_is_seen(folder):
    write_rows(folder / "text" / "meld" / "dev_hard.jsonl.gz", [said("f", "joy")])
    meld, mine, *_, ours, _, _ = Layout.of(folder).places
    assert [split.name for split in meld.data_set.splits] == ["train", "dev", "test", "dev_hard"]
    assert (meld.registered, mine.registered, ours.registered) == (True, False, False)
    assert [(split.role, split.rows) for split in mine.data_set.splits] == [(Role.DEV, None)]
    assert not mine.data_set.licence.may_ship
    assert meld.data_set.splits[-1].role is Role.DEV


def test_registered_rows_of_the_files_at_hand_are_summed(folder):
    assert Layout.of(folder / "text").rows() == 9_989
    assert Layout.of(folder / "streams").rows() == 1_296
    assert Layout.of(folder / "agents").rows() == 4_452 + 3_822


def test_what_is_no_folder_is_told(tmp_path):
    with pytest.raises(TrainingError, match="none: no such folder; name the one that holds text/"):
        Layout.of(tmp_path / "none")


def test_a_folder_without_data_sets_is_told(tmp_path):
    (tmp_path / "glove").mkdir()
    with pytest.raises(TrainingError, match="holds no data set; expected text/<data set>/<split>"):
        Layout.of(tmp_path)
    (tmp_path / "streams").mkdir()
    with pytest.raises(TrainingError, match="holds no data set"):
        Layout.of(tmp_path / "streams")
