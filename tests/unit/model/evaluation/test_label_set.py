"""A label set says what its labels are made of, and which data it fits."""

import pytest

from emotag_model.evaluation.label_set import LabelSet, fitting, own_label_set
from emotag_model.labels import FINE_LABELS, LabelsError

SMALL = LabelSet(name="small", title="Small", members={"glad": ("joy", "love"), "mad": ("anger",)}, without=("meh",))
LARGE = LabelSet(name="large", title="Large", members={"glad": ("joy",), "mad": ("anger",), "sad": ("sadness",)})


def test_what_is_scored_and_what_is_known():
    assert SMALL.labels == ("glad", "mad")
    assert SMALL.known == {"glad", "mad", "meh"}


def test_columns_are_places_of_members():
    assert SMALL.columns(("anger", "joy", "love")) == [[1, 2], [0]]


def test_a_model_without_a_member_is_refused():
    with pytest.raises(LabelsError, match="'small': stated in labels that this checkpoint does not give: joy, love"):
        SMALL.columns(("anger", "fear"))


def test_the_own_one_is_the_fine_labels_themselves():
    own = own_label_set(FINE_LABELS)
    assert own.labels == FINE_LABELS
    assert own.columns(FINE_LABELS) == [[k] for k in range(28)]
    assert not own.single


def test_the_smallest_that_knows_all_names_comes_first():
    assert fitting((LARGE, SMALL), {"glad", "mad"}) == [LARGE, SMALL], "equal in size: the order given"
    assert fitting((LARGE, SMALL), {"glad", "meh"}) == [SMALL]
    assert fitting((own_label_set(FINE_LABELS), LARGE), {"sad"}) == [LARGE]
    assert fitting((LARGE, SMALL), {"glad", "else"}) == []
