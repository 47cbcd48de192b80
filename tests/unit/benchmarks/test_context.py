"""What was said before a message is the message before it in its conversation, wherever that lies."""

import pytest

from emotag_model.text import Tokenizer, Vocabulary
from tests.benchmarks import context
from tests.benchmarks.context import MARK, Turn, turns
from tests.unit.model.training.datafolder import write_rows


def said(conversation, text, *labels, **more):
    return {"text": text, "labels": list(labels), "conversation_id": conversation, **more}


def test_each_turn_but_the_first_has_the_one_before(tmp_path):
    rows = [
        *(said("c1", "a", "joy"), said("c1", "b", "happiness"), said("c2", "x", "fear")),
        *(said("c1", "c", "no emotion"), said("c2", "y", "anger")),
    ]
    write_rows(tmp_path / "text" / "meld" / "dev.jsonl.gz", rows)
    found = turns(tmp_path, "text/meld/dev.jsonl.gz")
    assert found == [Turn("a", "b", "joy"), Turn("b", "c", "neutral"), Turn("x", "y", "anger")]


def test_a_turn_whose_label_is_none_of_ours_only_stands_before(tmp_path):
    rows = [said("c", "a", "joy"), said("c", "b", "trust"), said("c", "d", "joy")]
    write_rows(tmp_path / "text" / "mine" / "dev.jsonl.gz", rows)
    assert turns(tmp_path, "text/mine/dev.jsonl.gz") == [Turn("b", "d", "joy")]


def test_what_stands_before_agents_messages_lies_in_the_streams(tmp_path):
    rows = [said("c", text) for text in ("a", "b", "d")]
    write_rows(tmp_path / "streams" / "some.jsonl.gz", rows)
    labelled = [said("c", "d", label="joy"), said("c", "a", label="fear"), said("e", "b", label="anger")]
    write_rows(tmp_path / "agents" / "dev.jsonl.gz", labelled)
    assert turns(tmp_path, "agents/dev.jsonl.gz") == [Turn("b", "d", "joy")]


@pytest.mark.parametrize(("alone", "words"), [(True, ["d"]), (False, ["b", "c", MARK, "d"])])
def test_what_was_before_is_read_in_front(alone, words, monkeypatch):
    monkeypatch.setattr(context, "_READ_BEFORE", 2)
    tokenizer = Tokenizer(Vocabulary(["a", "b", "c", "d", MARK]))
    (ids,) = context._ids([Turn("a b c", "d", "joy")], tokenizer, alone)
    assert [tokenizer.vocabulary.words[row] for row in ids] == words
