"""Variants are made of the words of the training set, in ways of chance that a seed decides."""

from collections import Counter
from itertools import pairwise

from emotag_model.training.variants import Variants

TEXTS = ["I am so happy that it works at last", "no", "what a sad second report , really", "two words", "a b c"]


def test_every_text_with_words_enough_has_one():
    assert len(Variants(TEXTS, 1).draw()) == 3
    assert Variants(["no", ""], 1).draw() == []


def test_a_seed_decides():
    assert Variants(TEXTS, 1).draw() == Variants(TEXTS, 1).draw()
    assert Variants(TEXTS, 1).draw() != Variants(TEXTS, 2).draw()


def test_each_call_returns_others():
    variants = Variants(TEXTS * 20, 1)
    assert variants.draw() != variants.draw()


def test_no_word_is_new_and_none_is_empty():
    known = set(" ".join(TEXTS).split())
    drawn = [text for _ in range(50) for text in Variants(TEXTS, _).draw()]
    assert all(text and set(text.split()) <= known for text in drawn)


def test_pieces_joins_and_garblings_all_occur():
    text = " ".join(f"w{number}" for number in range(20))
    kinds = Counter()
    for drawn in Variants([text] * 300, 1).draw():
        words = drawn.split()
        steps = {int(after[1:]) - int(before[1:]) for before, after in pairwise(words)}
        kinds["piece" if steps == {1} else "join" if sum(step != 1 for step in steps) == 1 else "garbled"] += 1
    assert min(kinds.values()) > 30
    assert len(kinds) == 3


def test_joins_are_bounded():
    text = " ".join(["word"] * 400)
    assert max(len(drawn.split()) for drawn in Variants([text] * 100, 1).draw()) <= 400


def test_words_are_carried_alone_and_in_a_short_text():
    alone, carried = Variants(TEXTS, 1).carry(["furious"])
    assert alone == "furious"
    assert "furious" in carried.split()
    assert 2 <= len(carried.split()) <= 6
    assert len(Variants(TEXTS, 1).carry(["one", "two", "three"])) == 6
