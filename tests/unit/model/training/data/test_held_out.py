"""All that is held out is found, whoever registered it or not, and nothing that is not."""

import json

import pytest

from emotag_model.text import TextDataError
from emotag_model.training.data.agents import agents_train
from emotag_model.training.data.held_out import HeldOut, held_back, role_of
from emotag_model.training.data.near import runs
from emotag_model.training.data.row import Row
from emotag_model.training.data.split import Role
from tests.unit.model.training.data.miniature import SHARED, needs_shared, said, write_split


def texts(folder):
    return {row.text for row in HeldOut.below(folder).rows}


def test_every_dev_and_test_split_of_every_data_set_counts(tmp_path):
    for data_set, split in (
        *(("goemotions", "train"), ("goemotions", "dev"), ("goemotions", "test"), ("meld", "train"), ("meld", "dev")),
        *(("dailydialog", "validation"), ("xed_en", "all"), ("semeval2018_ec", "test_unlabelled")),
        *(("uss_satisfaction", "sgd"), ("uss_satisfaction", "mwoz"), ("topicalchat", "valid_freq")),
        *(("topicalchat", "test_freq"), ("their_own", "train"), ("their_own", "valid"), ("their_own", "test")),
    ):
        write_split(tmp_path, data_set, split, [said(f"{data_set} {split}", "joy")])
    assert texts(tmp_path) == {
        *("goemotions dev", "goemotions test", "meld dev", "dailydialog validation"),
        *("semeval2018_ec test_unlabelled", "uss_satisfaction mwoz", "topicalchat test_freq"),
        *("their_own valid", "their_own test"),
    }


def test_a_split_that_nobody_registered_is_held_out_by_its_name(tmp_path):
    write_split(tmp_path, "goemotions", "dev_hard", [said("one more", "joy")])
    assert texts(tmp_path) == {"one more"}
    assert role_of(tmp_path / "xed_en" / "test.jsonl.gz") is Role.TEST


def test_files_that_are_not_gzipped_count(tmp_path):
    folder = tmp_path / "text" / "mine"
    folder.mkdir(parents=True)
    (folder / "dev.jsonl").write_text(json.dumps(said("plain")) + "\n")
    (folder / "dev.jsonl.orig").write_text("no rows at all")
    assert texts(tmp_path) == {"plain"}


def test_labels_do_not_matter_and_what_has_no_text_is_passed_over(tmp_path):
    write_split(tmp_path, "mine", "dev", [said("a", "whatever"), {"text": "b"}, {"overall": True}])
    assert texts(tmp_path) == {"a", "b"}


def test_what_cannot_be_read_is_never_passed_over(tmp_path):
    path = write_split(tmp_path, "mine", "dev", [said("a")])
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(TextDataError, match=r"mine/dev\.jsonl\.gz:\d: not a whole gzip file"):
        HeldOut.below(tmp_path)


@needs_shared
def test_all_held_out_files_at_hand_are_found():
    files = {row.place.rpartition(":")[0] for row in HeldOut.below(SHARED).rows}
    named = {path for kind in ("dev", "val", "test") for path in (SHARED / "text").glob(f"*/{kind}*.jsonl.gz")}
    assert {path for path in map(str, named) if "topicalchat/valid_" not in path} <= files
    assert not any("train.jsonl" in path or "all.jsonl" in path for path in files)
    assert f"{SHARED}/agents/dev.jsonl.gz" in files


def test_what_is_nearly_held_out_is_kept_out(tmp_path):
    write_split(tmp_path, "mine", "dev", [said("I never said that we would ship on Monday."), said("Thanks!")])
    held_out = HeldOut.below(tmp_path)
    near = [
        "i never SAID that we would ship on Tuesday",
        "thanks",
        "Thanks a lot",
        "I never said that.",
        "We ship on Monday",
    ]
    kept = held_out.keep_out([Row(text, "f:1") for text in near])
    assert [row.text for row in kept] == ["Thanks a lot", "I never said that.", "We ship on Monday"]


def test_half_of_all_conversations_are_held_back():
    assert 400 < sum(held_back(f"conversation {number}") for number in range(1000)) < 600
    assert [held_back(name) for name in ("tau-airline-0-t0", "tau-airline-1-t0")] == [False, True]


@needs_shared
def test_nothing_near_the_agents_messages_to_choose_by_is_trained_on():
    """Compared pair by pair, with no index between: no message of agents' dev shares half its runs of three words."""
    held_out = [runs(row.text) for row in HeldOut.below(SHARED).rows if "agents/dev" in row.place]
    trained = HeldOut.below(SHARED).keep_out(agents_train(SHARED, ours=True))
    for example in trained[::7]:
        own = runs(example.text)
        assert all(len(own & other) < 0.5 * len(own | other) for other in held_out), example.place
