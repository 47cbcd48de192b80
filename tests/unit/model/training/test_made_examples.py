"""Made rows: varied, labelled, the same for the same seed, and none of them one of the behavioural tests."""

from collections import Counter

from emotag_model.behaviour.capabilities import CAPABILITIES
from emotag_model.labels import FINE_LABELS
from emotag_model.text import Tokenizer, Vocabulary
from emotag_model.training.made_examples import made_examples


def test_the_seed_decides():
    assert made_examples(100, seed=1) == made_examples(100, seed=1)
    assert [row.text for row in made_examples(100, seed=1)] != [row.text for row in made_examples(100, seed=2)]
    assert made_examples(0, seed=1) == []


def test_a_longer_list_begins_like_a_shorter_one():
    assert made_examples(100, seed=1)[:40] == made_examples(40, seed=1)


def test_rows_are_varied_and_labelled_and_have_places_of_their_own():
    rows = made_examples(1800, seed=1)
    labels = Counter(FINE_LABELS[row.labels[0]] for row in rows)
    assert len({row.text for row in rows}) > 1200
    assert len({row.place for row in rows}) == 1800
    assert labels["neutral"] == 1000
    assert labels["disapproval"] == 200
    assert {"love", "anger", "gratitude", "surprise", "amusement"} <= labels.keys()


def test_every_row_can_be_read():
    tokenizer = Tokenizer(Vocabulary(["the"]))
    assert all(tokenizer.encode(row.text).ids for row in made_examples(900, seed=1))


def test_no_row_is_one_of_the_tests():
    tested = {text for capability in CAPABILITIES for case in capability.cases for text in case.texts}
    assert tested.isdisjoint(row.text for row in made_examples(5000, seed=1))
