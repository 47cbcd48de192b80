"""Texts without labels come from the train splits that are asked for, each once, and never from what is held out."""

import pytest

from emotag_model.text import TextDataError
from emotag_model.training.data.held_out import held_back
from emotag_model.training.data.registry import find
from emotag_model.training.data.unlabelled import check_may_ship, unlabelled_rows
from emotag_model.training.errors import TrainingError
from tests.unit.model.training.data.miniature import said, write_short_texts, write_split
from tests.unit.model.training.datafolder import write_rows


def texts(folder, *names, known=(), conversations=()):
    return [row.text for row in unlabelled_rows(folder, names, set(known), conversations)]


def test_only_train_splits_are_read(tmp_path):
    write_split(tmp_path, "meld", "train", [said("a", "joy")])
    write_split(tmp_path, "meld", "dev", [said("b", "joy")])
    assert texts(tmp_path, "meld") == ["a"]


def test_several_train_splits_are_all_read(tmp_path):
    for split in ("valid_freq", "valid_rare", "test_freq"):
        write_split(tmp_path, "topicalchat", split, [said(split, "Happy")])
    assert texts(tmp_path, "topicalchat") == ["valid_freq", "valid_rare"]


def test_only_the_sources_asked_for_are_read(tmp_path):
    write_short_texts(tmp_path, sgd=["a", "b"], redial=["c"], tweeteval_emoji=["d"])
    assert texts(tmp_path, "unlabelled:sgd", "unlabelled:redial") == ["a", "b", "c"]
    assert texts(tmp_path, "unlabelled:redial") == ["c"]


def test_streams_are_read(tmp_path):
    write_rows(tmp_path / "streams" / "tau_bench_fewshot.jsonl.gz", [{"text": "a", "speaker": "user"}])
    assert texts(tmp_path, "streams:tau_bench_fewshot") == ["a"]


def test_each_text_comes_once_in_its_first_spelling(tmp_path):
    write_split(tmp_path, "xed_en", "all", [said("Hi you", "joy"), said("hi  YOU", "fear"), said("b", "joy")])
    write_short_texts(tmp_path, sgd=["B", "c"])
    assert texts(tmp_path, "xed_en", "unlabelled:sgd") == ["Hi you", "b", "c"]


def test_naming_a_data_set_twice_changes_nothing(tmp_path):
    write_short_texts(tmp_path, sgd=["a"])
    assert texts(tmp_path, "unlabelled:sgd", "unlabelled:sgd") == ["a"]


def test_what_is_known_is_left_out(tmp_path):
    write_short_texts(tmp_path, sgd=["Only  HERE", "held  OUT"])
    assert texts(tmp_path, "unlabelled:sgd", known=["held out"]) == ["Only  HERE"]


def test_conversations_that_are_held_out_are_left_out(tmp_path):
    rows = [{"text": "a", "conversation_id": "c1"}, {"text": "b", "conversation_id": "c2"}, {"text": "c", "id": "c3"}]
    write_rows(tmp_path / "agents" / "unlabelled.jsonl.gz", rows)
    assert texts(tmp_path, "agents_unlabelled", conversations={"c2", "c3"}) == ["a"]


def test_half_of_the_conversations_of_streams_are_never_read(tmp_path):
    rows = [{"text": f"{name} {row}", "conversation_id": name} for name in map(str, range(40)) for row in range(2)]
    write_rows(tmp_path / "streams" / "tau_bench_fewshot.jsonl.gz", rows)
    write_rows(tmp_path / "agents" / "unlabelled.jsonl.gz", rows)
    kept = texts(tmp_path, "streams:tau_bench_fewshot")
    assert kept == [row["text"] for row in rows if not held_back(row["conversation_id"])]
    assert 20 < len(kept) < 60
    assert len(texts(tmp_path, "agents_unlabelled")) == 80, "nothing of a conversation held back is among these"


def test_nothing_is_asked_for(tmp_path):
    assert texts(tmp_path) == []


def test_a_missing_file_is_told_with_where_to_get_it(tmp_path):
    with pytest.raises(TrainingError, match=r"xed_en/all\.jsonl\.gz: no such file; get XED .* at https://github.com/"):
        texts(tmp_path, "xed_en")


def test_a_data_set_that_is_all_held_out_is_refused(tmp_path):
    with pytest.raises(TrainingError, match="emowoz2_system_conduct has no split to train on, all of it being held"):
        texts(tmp_path, "emowoz2_system_conduct")


def test_a_bad_row_is_told(tmp_path):
    write_short_texts(tmp_path, sgd=["a", " "])
    with pytest.raises(TextDataError, match=r"short_text_en\.jsonl\.gz:2: text must be"):
        texts(tmp_path, "unlabelled:sgd")


@pytest.mark.parametrize("name", ["dailydialog", "tec", "meld", "unlabelled:tweeteval_emoji"])
def test_what_may_not_ship_is_refused_with_its_licence(name):
    with pytest.raises(TrainingError, match=name) as caught:
        check_may_ship([find("xed_en"), find(name)])
    assert str(find(name).licence) in str(caught.value)
    assert "set may_ship_only to false in a recipe" in str(caught.value)


def test_what_may_ship_is_not():
    check_may_ship(map(find, ("goemotions", "xed_en", "unlabelled:sgd", "streams:tau_bench_fewshot")))
