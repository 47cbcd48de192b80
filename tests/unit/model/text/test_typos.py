"""Misspellings find the frequent word they were meant to be, and nothing else does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotag_model.text import typos as module
from emotag_model.text.typos import Typos

WORDS = (
    "<pad>",
    "<unk>",
    "believe",
    "happiness",
    "tomorrow",
    "weird",
    "wired",
    "definitely",
    "friend",
    "relief",
    "it's",
)
TYPOS = Typos(WORDS)


@pytest.mark.parametrize(
    ("typo", "word"),
    [
        ("beleive", "believe"),
        ("belive", "believe"),
        ("bellieve", "believe"),
        ("tommorrow", "tomorrow"),
        ("happyness", "happiness"),
        ("definately", "definitely"),
        ("frend", "friend"),
        ("friends", "friend"),
        ("wierd", "weird"),
    ],
)
def test_one_edit_is_repaired(typo, word):
    assert TYPOS.repair(typo) == word


@pytest.mark.parametrize(
    "word",
    ["tomorow's", "hapinnes", "elieve", "grief", "beliefs", "freind1", "blieve-", "x", "", "tomororw" * 4, "evelieb"],
)
def test_what_is_further_or_no_word_is_left(word):
    assert TYPOS.repair(word) is None


def test_a_wrong_letter_is_forgiven_in_long_words_only():
    typos = Typos(["prince", "princes"])
    assert typos.repair("prance") is None
    assert typos.repair("prances") == "princes"


def test_a_letter_that_moved_further_than_its_neighbour_is_no_typo():
    assert Typos(["abcdefg"]).repair("acdebfg") is None


def test_swapped_letters_are_likelier_than_a_wrong_one_and_the_frequent_than_the_rare():
    assert Typos(["tradeing", "trading"]).repair("tradinge") == "trading"
    assert Typos(["conserve", "converse"]).repair("converze") == "converse"
    assert Typos(["lattles", "settles", "settled"]).repair("settlee") == "settles"


def test_only_frequent_words_are_aimed_at(monkeypatch):
    monkeypatch.setattr(module, "_FREQUENT_ROWS", 1)
    typos = Typos(["happiness", "believe"])
    assert typos.repair("hapiness") == "happiness"
    assert typos.repair("beleive") is None


@given(st.sampled_from([word for word in WORDS if word.isalpha() and len(word) >= 6]), st.data())
def test_any_lost_inner_letter_is_found_again(word, data):
    place = data.draw(st.integers(1, len(word) - 1))
    assert TYPOS.repair(word[:place] + word[place + 1 :]) == word


@given(st.text(alphabet="befilvwrd", max_size=24))
def test_a_repair_is_a_known_word(text):
    assert TYPOS.repair(text) in (None, *WORDS)
