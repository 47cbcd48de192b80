"""Answers are known by their text, kept with what they come of, and not mistaken for another teacher's."""

import numpy as np
import pytest

from emotag_model.training.errors import TrainingError
from emotag_model.training.teachers.answers import Answers

TEXTS = ["one", "two \ud800", ""]
SCORES = np.random.default_rng(0).random((3, 35), np.float32)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "answers.safetensors"


@pytest.fixture
def answers():
    answers = Answers("this")
    answers.add(TEXTS, SCORES)
    return answers


def test_they_come_in_the_order_of_the_texts(answers):
    np.testing.assert_array_equal(answers.of(["", "one", ""]), SCORES[[2, 0, 2]])
    with pytest.raises(KeyError):
        answers.of(["three"])


def test_what_is_missing_is_named_once(answers):
    assert answers.missing(["three", "one", "four", "three"]) == ["three", "four"]
    assert Answers("this").missing(TEXTS) == TEXTS


def test_what_is_saved_is_read(answers, path):
    answers.save(path)
    np.testing.assert_array_equal(Answers.load(path, "this").of(TEXTS), SCORES)
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_what_is_read_can_be_added_to(answers, path):
    answers.save(path)
    more = Answers.load(path, "this")
    more.add(["three"], SCORES[:1])
    more.save(path)
    assert Answers.load(path, "this").missing([*TEXTS, "three"]) == []


def test_nothing_there_is_none(path):
    assert Answers.load(path, "this").missing(TEXTS) == TEXTS


def test_those_of_another_teacher_are_refused(answers, path):
    answers.save(path)
    with pytest.raises(TrainingError, match="another teacher or other data; use another --out"):
        Answers.load(path, "that")


def test_a_damaged_file_is_named(path):
    path.write_bytes(b"nothing of the kind")
    with pytest.raises(TrainingError, match=r"answers\.safetensors: damaged .* delete it"):
        Answers.load(path, "this")
