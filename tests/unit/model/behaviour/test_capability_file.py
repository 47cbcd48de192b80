"""Files of cases: what a group becomes, and that slips in one are errors."""

import pytest

from emotag_model.behaviour import capability_file
from emotag_model.behaviour.capability_file import load_capability
from emotag_model.behaviour.cases import Direction, Invariance, Minimum, Steady

HEAD = 'expectation = "it works"\n'


@pytest.fixture
def load(tmp_path, monkeypatch):
    monkeypatch.setattr(capability_file, "_FOLDER", tmp_path)

    def written(text):
        (tmp_path / "two_words.toml").write_text(HEAD + text, encoding="utf-8")
        return load_capability("two_words")

    return written


def test_a_capability_has_the_name_of_its_file_with_blanks(load):
    found = load('[[minimum]]\nlabels = ["joy"]\ntexts = ["hi"]')
    assert (found.name, found.expectation) == ("two words", "it works")


@pytest.mark.parametrize(
    ("group", "case"),
    [
        ('[[minimum]]\nlabels = ["joy", "neutral"]\ntexts = ["a"]', Minimum("a", ("joy", "neutral"))),
        ('[[minimum]]\nlabels = ["neutral"]\nleast = 0.8\ntexts = ["a"]', Minimum("a", ("neutral",), 0.8)),
        ('[[invariance]]\npairs = [["a", "b"]]', Invariance("a", "b")),
        ('[[direction]]\nlabel = "joy"\nleast = -0.1\npairs = [["a", "b"]]', Direction("a", "b", "joy", -0.1)),
        ('[[steady]]\nlabel = "joy"\npairs = [["a", "b"]]', Steady("a", "b", "joy")),
    ],
)
def test_every_kind_of_case_has_its_group(load, group, case):
    assert load(group).cases == (case,)


def test_groups_stand_one_after_the_other(load):
    found = load('[[minimum]]\nlabels = ["joy"]\ntexts = ["a", "b"]\n[[minimum]]\nlabels = ["anger"]\ntexts = ["c"]')
    assert [case.text for case in found.cases] == ["a", "b", "c"]


def test_slots_are_filled_into_both_texts_alike(load):
    found = load('[[steady]]\nlabel = "joy"\npairs = [["so {a}", "{b} {a}"]]\nslots.a = ["1", "2"]\nslots.b = ["x"]')
    assert [case.texts for case in found.cases] == [("so 1", "x 1"), ("so 2", "x 2")]


def test_braces_are_left_alone_without_slots(load):
    assert load('[[minimum]]\nlabels = ["neutral"]\ntexts = [\'{"a": {}}\']').cases[0].text == '{"a": {}}'


@pytest.mark.parametrize(
    ("group", "error"),
    [
        ('[[minimun]]\nlabels = ["joy"]\ntexts = ["a"]', KeyError),
        ('[[minimum]]\nlabel = "joy"\ntexts = ["a"]', TypeError),
        ('[[minimum]]\ntexts = ["a"]', TypeError),
        ('[[steady]]\nlabel = "joy"\ntexts = ["a"]', TypeError),
        ('[[minimum]]\nlabels = ["joy"]\ntexts = ["{it} {at}"]\nslots.it = ["a"]', KeyError),
    ],
)
def test_a_slip_is_an_error(load, group, error):
    with pytest.raises(error):
        load(group)
