"""A word without a row is read by the first step that knows something of it."""

import pytest

from emotag_model.text import TextDataError, Vocabulary
from emotag_model.text.rules import STEPS, Rules
from emotag_model.text.slang import SLANG
from emotag_model.text.splitter import MARKS
from emotag_model.text.unknown import UnknownWords, is_drawn_out

WORDS = (
    *(
        "so",
        "good",
        "cool",
        "do",
        "n't",
        "know",
        "i",
        "friend",
        "because",
        "believe",
        "ugh",
        "happy",
        "glad",
        "web",
        "surfer",
    ),
    *("unicorn", "face", *MARKS),
)
VOCABULARY = Vocabulary(WORDS)


def read(word, **rules):
    return UnknownWords(VOCABULARY, Rules(**rules)).read(word)


@pytest.mark.parametrize(
    ("word", "known"),
    [
        ("sooooo", ["so", "<elongated>"]),
        ("ughhhh", ["ugh", "<elongated>"]),
        ("uggggg", ["ugh", "<elongated>"]),
        ("gladdd", ["glad", "<elongated>"]),
        ("4711", ["<number>"]),
        ("🦄", ["unicorn", "face"]),
        ("so-good", ["so", "good"]),
        ("zebra-goood-🦄", ["good", "<elongated>", "unicorn", "face"]),
        ("bcuz", ["because"]),
        ("dunno", ["do", "n't", "know"]),
        ("beleive", ["believe"]),
        ("zebra", []),
        ("websurfer", []),
        ("-", []),
        ("🪓", []),
    ],
)
def test_steps(word, known):
    assert read(word) == known


@pytest.mark.parametrize(
    ("step", "word"),
    [
        ("drawn-out", "coooool"),
        ("number", "4711"),
        ("emoji", "🦄"),
        ("hyphen", "so-good"),
        ("slang", "bcuz"),
        ("typo", "beleive"),
    ],
)
def test_a_step_that_is_left_out_reads_nothing(step, word):
    assert read(word, steps=(step,))
    assert not read(word, steps=tuple(each for each in STEPS if each != step))


def test_the_order_of_steps_decides():
    known = {"beleive": ("so",)}
    assert read("beleive", slang=known, steps=("typo", "slang")) == ["believe"]
    assert read("beleive", slang=known, steps=("slang", "typo")) == ["so"]


def test_slang_that_leads_to_no_row_is_passed_on():
    assert read("coz", slang={"coz": ("cousin",)}) == []
    assert read("coz", slang={"coz": ("cousin", "because")}) == ["because"]


def test_a_step_that_nobody_knows_is_refused():
    with pytest.raises(TextDataError, match=r"rules\.steps has 'guess'; known are drawn-out"):
        Rules(steps=("number", "guess"))


def test_slang_is_lower_case_and_never_its_own_reading():
    for word, known in SLANG.items():
        assert word == word.lower()
        assert known
        assert word not in known


@pytest.mark.parametrize(
    ("word", "drawn"), [("sooo", True), ("soo", False), ("aAaa", False), ("1000", False), ("", False)]
)
def test_what_is_drawn_out(word, drawn):
    assert is_drawn_out(word) is drawn
