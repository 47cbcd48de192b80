"""No held-out text is ever trained on, and what is missing or changed is noticed."""

import gzip
import json

import pytest

from emotag_model.text import TextDataError
from emotag_model.text.examples import Example
from emotag_model.training import TrainingError
from emotag_model.training.data import check_no_leak, load_data
from tests.unit.model.training.datafolder import write_rows


def read_rows(path):
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]


def add_to_train(folder, text):
    path = folder / "text" / "goemotions" / "train.jsonl.gz"
    write_rows(path, [*read_rows(path), {"text": text, "labels": ["joy"]}])


def test_everything_is_loaded(folder):
    data = load_data(folder)
    assert (len(data.train), len(data.dev), data.left_out) == (160, 60, 0)
    assert data.vectors.size == 6


def test_dev_texts_are_left_out_of_training_in_any_spelling(folder):
    text = read_rows(folder / "text" / "goemotions" / "dev.jsonl.gz")[5]["text"]
    add_to_train(folder, text)
    add_to_train(folder, f"  {text.upper()} ".replace(" ", "  "))
    data = load_data(folder)
    assert (len(data.train), data.left_out) == (160, 2)


def test_test_texts_are_left_out_where_they_are_at_hand(folder):
    add_to_train(folder, "only in test")
    write_rows(folder / "text" / "goemotions" / "test.jsonl.gz", [{"text": "Only in test", "labels": ["joy"]}])
    data = load_data(folder)
    assert data.left_out == 1
    assert all("test" not in example.text for example in (*data.train, *data.dev))


def test_a_leak_is_named():
    with pytest.raises(TrainingError, match="dev:3: its text is trained on"):
        check_no_leak([Example("Hello  you", (0,), "train:1")], [Example("hello YOU", (1,), "dev:3")])


@pytest.mark.parametrize("name", ["train", "dev"])
def test_a_missing_split_is_named(folder, name):
    path = folder / "text" / "goemotions" / f"{name}.jsonl.gz"
    path.unlink()
    with pytest.raises(TrainingError, match=rf"{name}\.jsonl\.gz: no such file; --data must name"):
        load_data(folder)


def test_a_bad_line_is_named(folder):
    write_rows(folder / "text" / "goemotions" / "dev.jsonl.gz", [{"text": "a", "labels": ["fun"]}])
    with pytest.raises(TextDataError, match=r"dev\.jsonl\.gz:1: labels has 'fun'"):
        load_data(folder)


def test_vectors_may_lie_elsewhere(folder, tmp_path):
    (folder / "glove").rename(tmp_path / "vectors")
    with pytest.raises(TextDataError, match="no such file"):
        load_data(folder)
    assert load_data(folder, tmp_path / "vectors").vectors.size == 6


def test_the_digest_changes_with_the_data(folder):
    before = load_data(folder).digest
    assert load_data(folder).digest == before
    add_to_train(folder, "one more")
    assert load_data(folder).digest != before
