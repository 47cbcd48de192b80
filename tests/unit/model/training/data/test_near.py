"""Texts are near that share half of their runs of three words; the index finds what comparing every pair finds."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emotag_model.training.data.near import NearTexts, runs

TEXTS = st.lists(st.sampled_from(["a", "b", "c", "A", "d,", "!", "e"]), max_size=9).map(" ".join)


def near(one, other):
    """Compare two texts without the index, and with runs cut in another way."""
    own, others = map(cut, (one, other))
    return 2 * len(own & others) >= len(own | others)


def cut(text):
    words = [word for each in text.lower().split() if (word := each.strip(",!"))]
    whole = [" ".join(words)] if words else [text.strip()]
    return {" ".join(three) for three in zip(words, words[1:], words[2:], strict=False)} or set(whole)


def test_runs_are_three_words_without_case_and_punctuation():
    assert runs("I am SO -- happy, today!") == {("i", "am", "so"), ("am", "so", "happy"), ("so", "happy", "today")}
    assert runs("Straße der STRASSE Ä") == {("strasse", "der", "strasse"), ("der", "strasse", "ä")}


@pytest.mark.parametrize(
    ("text", "run"), [("Thank you!", ("thank", "you")), ("OK", ("ok",)), (" 🙂!  🙂 ", ("🙂! 🙂",))]
)
def test_a_short_text_is_one_run(text, run):
    assert runs(text) == {run}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("one two three four five", 0),
        ("ONE, two; three -- four (five)", 0),
        ("one two three four six", 0),  # 2 of the 4 runs of either
        ("one two three six seven", None),  # 1 of 5
        ("zero one two three four five six", 0),  # 3 of 5
        ("Thanks", 1),
        ("thanks a lot", None),
        ("🙂", 2),
        ("🙁", None),
        ("five four three two one", None),
    ],
)
def test_the_first_text_that_is_near_is_found(text, found):
    texts = NearTexts(["One two three four five.", "Thanks!", "🙂", "thanks", "one two three four five"])
    assert texts.find(text) == found


def test_nothing_is_near_no_texts():
    assert NearTexts([]).find("one two three") is None


@settings(max_examples=300)
@given(st.lists(TEXTS, max_size=12), st.lists(TEXTS, min_size=1, max_size=6))
def test_the_index_finds_what_comparing_every_pair_finds(texts, asked):
    index = NearTexts(texts)
    for text in asked:
        first = next((place for place, each in enumerate(texts) if near(text, each)), None)
        assert index.find(text) == first


@given(TEXTS, TEXTS)
def test_near_is_mutual_and_every_text_is_near_to_itself(one, other):
    assert NearTexts([one]).find(one) == 0
    assert NearTexts([one]).find(other) == NearTexts([other]).find(one)
