"""Augmentation: rows stay rows, labels stay true, and the seed decides."""

from dataclasses import replace
from random import Random

import pytest

from emotag_model.text.examples import Example
from emotag_model.training.augment import augmented, exchange_people, mistype, shout

EXAMPLES = [
    Example(f"He gave number {number} to his wonderful sister, a Muslim called [NAME].", (number % 28,), f"a:{number}")
    for number in range(200)
]


def test_rows_keep_their_order_labels_and_place():
    found = augmented(EXAMPLES, 0.5, seed=1)
    assert [(row.labels, row.place) for row in found] == [(row.labels, row.place) for row in EXAMPLES]


def test_about_the_share_is_varied():
    assert augmented(EXAMPLES, 0.0, seed=1) == EXAMPLES
    changed = sum(new != old for new, old in zip(augmented(EXAMPLES, 0.5, seed=1), EXAMPLES, strict=True))
    assert 70 < changed < 130
    assert all(new != old for new, old in zip(augmented(EXAMPLES, 1.0, seed=1), EXAMPLES, strict=True))


def test_the_folder_that_a_row_was_read_from_decides_nothing():
    moved = [replace(each, place=f"/elsewhere/{each.place}") for each in EXAMPLES]
    assert [each.text for each in augmented(moved, 1.0, 1)] == [each.text for each in augmented(EXAMPLES, 1.0, 1)]


def test_the_seed_and_the_text_decide_and_neighbours_do_not():
    whole = augmented(EXAMPLES, 0.7, seed=3)
    assert augmented(EXAMPLES, 0.7, seed=3) == whole
    assert augmented(EXAMPLES, 0.7, seed=4) != whole
    assert augmented(EXAMPLES[50:], 0.7, seed=3) == whole[50:]


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_a_share_that_is_none_is_refused(share):
    with pytest.raises(ValueError, match="share is"):
        augmented(EXAMPLES, share, seed=1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He lost his keys.", "She lost her keys."),
        ("I told her everything.", "I told him everything."),
        ("I like her and trust her.", "I like him and trust him."),
        ("HER car, HIS house", "HIS car, HER house"),
        ("My brother is a king", "My sister is a queen"),
        ("There is nothing here to hide", "There is nothing here to hide"),
    ],
)
def test_gendered_words_change_with_their_capitals(text, expected):
    assert exchange_people(text, Random(0)) == expected


def test_identities_change_for_another_of_their_kind_with_the_right_article():
    found = {exchange_people("An American met the Christians.", Random(seed)) for seed in range(40)}
    assert len(found) > 10
    for text in found:
        article, nation, _, _, believers = text.rstrip(".").split()
        assert (article == "An") == (nation[0] in "AEIOU"), text
        assert nation != "American"
        assert believers != "Christians"
        assert believers.endswith("s")


def test_placeholders_become_names():
    found = exchange_people("[NAME] told [NAME] about [RELIGION]", Random(0))
    assert "[" not in found
    assert found.endswith(("Christianity", "Islam", "Hinduism", "Buddhism", "Judaism", "Atheism"))


def test_a_slip_changes_one_word_by_one_letter():
    text = "a wonderful morning to you"
    for seed in range(50):
        found = mistype(text, Random(seed))
        changed = [(old, new) for old, new in zip(text.split(), found.split(), strict=True) if old != new]
        assert len(changed) <= 1
        for old, new in changed:
            assert abs(len(old) - len(new)) <= 1
            assert (old[0], old[-1]) == (new[0], new[-1]) or sorted(old) == sorted(new)
    assert mistype("a b 1234567", Random(0)) == "a b 1234567"


def test_a_shout_changes_capitals_alone():
    found = {shout("some lovely words", Random(seed)) for seed in range(30)}
    assert found == {"SOME LOVELY WORDS", "some LOVELY words", "some lovely WORDS"}
