"""Whatever texts there are: what is left to train on holds nothing that is held out, and all else."""

from hypothesis import given, settings
from hypothesis import strategies as st

from emotag_model.training.data import check_no_leak
from emotag_model.training.data.check.overlap import Keyed, Seen, overlap_between, overlap_within
from emotag_model.training.data.held_out import HeldOut
from emotag_model.training.data.near import NEAR, runs
from emotag_model.training.data.row import Row
from emotag_model.training.errors import TrainingError

WORDS = st.lists(
    st.sampled_from(["hi", "Hi", "HI", "you", "You", "straße", "STRASSE", "é", "É", "!"]), min_size=1, max_size=6
)
BLANKS = st.sampled_from([" ", "  ", "\t", "\n", "\u00a0", "\u2003"])
TEXTS = st.builds(lambda words, blank, edge: edge + blank.join(words) + edge, WORDS, BLANKS, st.sampled_from(["", " "]))
LABELS = st.lists(st.sampled_from(["joy", "fear"]), max_size=2, unique=True).map(tuple)


@st.composite
def rows(draw, split):
    contents = draw(st.lists(st.tuples(TEXTS, LABELS), max_size=12))
    return [Row(text, f"{split}:{line}", labels=labels) for line, (text, labels) in enumerate(contents, start=1)]


def same(one, other):
    """Say whether two texts are the same word by word, without their normal form."""
    words, others = one.text.split(), other.text.split()
    return len(words) == len(others) and all(a.casefold() == b.casefold() for a, b in zip(words, others, strict=True))


def near(one, other):
    """Say the same of two texts as the index does, by comparing them."""
    own, others = runs(one.text), runs(other.text)
    return len(own & others) >= NEAR * len(own | others)


@settings(max_examples=50)
@given(rows("train"), rows("dev"))
def test_exactly_what_is_near_a_held_out_text_is_left_out(train, held_out):
    kept = HeldOut(held_out).keep_out(train)
    assert kept == [row for row in train if not any(near(row, other) for other in held_out)]
    check_no_leak(kept, held_out)


@settings(max_examples=50)
@given(rows("train"), rows("dev"))
def test_a_leak_is_found_if_and_only_if_there_is_one(train, held_out):
    leaked = [row for row in held_out if any(same(row, other) for other in train)]
    try:
        check_no_leak(train, held_out)
    except TrainingError as error:
        assert str(error).startswith(f"{leaked[0].place}: its text")  # noqa: PT017 -- whether it is raised is the point
    else:
        assert leaked == []


@settings(max_examples=50)
@given(rows("train"), rows("dev"))
def test_overlaps_are_what_comparing_every_pair_finds(train, dev):
    found = overlap_between(map(Keyed.of, dev), Seen(map(Keyed.of, train)))
    known = [[other for other in train if same(row, other)] for row in dev]
    assert found.exact == sum(any(row.text == other.text for other in train) for row in dev)
    assert found.normalised == sum(map(bool, known))
    differ = [
        row for row, alike in zip(dev, known, strict=True) if alike and not any(agree(row, each) for each in alike)
    ]
    assert found.conflicting == len(differ)


def agree(one, other):
    return sorted(one.labels) == sorted(other.labels)


@settings(max_examples=50)
@given(rows("train"))
def test_repeats_are_what_is_left_of_distinct_texts(train):
    found = overlap_within(map(Keyed.of, train))
    distinct = []
    for row in train:
        if not any(same(row, other) for other in distinct):
            distinct.append(row)
    assert found.rows - found.normalised == len(distinct)
    assert found.exact <= found.normalised
