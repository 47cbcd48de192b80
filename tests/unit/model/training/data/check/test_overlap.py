"""What stands twice is counted as the papers count it: exactly, in any spelling, and with other labels."""

import pytest

from emotag_model.training.data.check.overlap import LONG, Keyed, Overlap, Seen, overlap_between, overlap_within
from emotag_model.training.data.row import Row


def row(text, *labels, context=()):
    return Keyed.of(Row(text, "f:1", labels=labels, context=context))


LONG_TEXT = "one two three four five six"


def test_exact_texts_and_spellings_are_counted_apart():
    seen = Seen([row("Hello you", "joy"), row("bye", "joy")])
    found = overlap_between(
        [row("Hello you", "joy"), row("hello  YOU", "joy"), row("new", "joy"), row("Bye", "joy")], seen
    )
    assert (found.rows, found.exact, found.normalised) == (4, 1, 3)
    assert found.percent()["exact"] == 25.0
    assert found.percent()["normalised"] == 75.0


def test_labels_conflict_when_the_text_never_had_them():
    seen = Seen([row("a", "joy"), row("a", "fear"), row("b", "joy", "love")])
    found = overlap_between(
        [row("a", "fear"), row("a", "joy", "fear"), row("b", "love", "joy"), row("c", "anger")], seen
    )
    assert (found.normalised, found.conflicting) == (3, 1)
    assert found.percent()["conflicting"] == 33.33


def test_no_labels_are_labels_too():
    found = overlap_between([row("a"), row("b", "joy")], Seen([row("a"), row("b")]))
    assert (found.normalised, found.conflicting) == (2, 1)


def test_a_label_depends_on_its_context():
    seen = Seen([row("yes", "joy", context=("Did you win?",))])
    other, same = row("yes", "sad", context=("Did you lose?",)), row("Yes", "joy", context=("did you WIN?",))
    found = overlap_between([other, same], seen)
    assert (found.exact, found.normalised, found.conflicting) == (1, 1, 0)


def test_a_context_is_not_glued_to_its_text():
    seen = Seen([row("b c", context=("a",))])
    assert overlap_between([row("c", context=("a b",)), row("a b c")], seen).normalised == 0


def test_long_texts_are_counted_apart():
    seen = Seen([row(LONG_TEXT), row("short one")])
    found = overlap_between([row(LONG_TEXT.upper()), row("short one"), row(LONG_TEXT + " seven")], seen)
    assert (found.long_rows, found.long) == (2, 1)
    assert found.percent()["normalised_long"] == 50.0


@pytest.mark.parametrize("words", [1, LONG - 1, LONG, LONG + 1])
def test_words_are_what_blanks_part(words):
    assert row("  " + " \t".join(["w"] * words) + "\n").is_long == (words >= LONG)


def test_within_a_split_only_repeats_count():
    found = overlap_within([row("a", "joy"), row("A", "joy"), row("a", "fear"), row("b", "joy")])
    assert (found.rows, found.exact, found.normalised, found.conflicting) == (4, 1, 2, 1)


def test_nothing_is_no_share():
    assert set(Overlap().percent().values()) == {0.0}
    assert overlap_within([]) == Overlap()
