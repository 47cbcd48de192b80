"""A label set says what its labels are made of, and which data it fits."""

import pytest

from emotag_model.evaluation.label_set import OWN_LABEL_SETS, LabelSet, fitting
from emotag_model.labels import BASIC_LABELS, FINE_LABELS, HEADS, OUTPUTS, LabelsError

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


def test_each_head_has_a_label_set_of_its_own_outputs():
    assert {each.head for each in OWN_LABEL_SETS} == HEADS.keys()
    labels = {each.name: each.labels for each in OWN_LABEL_SETS}
    assert labels == {"goemotions": FINE_LABELS, "basic": BASIC_LABELS}
    for own in OWN_LABEL_SETS:
        assert own.name == own.head
        assert own.columns(OUTPUTS) == [[place] for place in range(len(OUTPUTS))[HEADS[own.head]]]
        assert not own.single


def test_the_labels_of_others_are_of_no_head():
    assert SMALL.head is None


def test_the_smallest_that_knows_all_names_comes_first():
    assert fitting((LARGE, SMALL), {"glad", "mad"}) == [LARGE, SMALL], "equal in size: the order given"
    assert fitting((LARGE, SMALL), {"glad", "meh"}) == [SMALL]
    assert fitting((*OWN_LABEL_SETS, LARGE), {"sad"}) == [LARGE]
    assert fitting((LARGE, SMALL), {"glad", "else"}) == []
