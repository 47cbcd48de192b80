"""Each reader takes what its data sets hold, and says of everything else what is wrong."""

import pytest

from emotag_model.training.data import readers
from emotag_model.training.data.row import Row
from tests.unit.model.training.data.miniature import said

VAD = {"valence": 3, "arousal": 2.5, "dominance": 5}


def test_labelled_texts():
    row = readers.labelled(said("Hi", "joy", "love", context=["a", "b"], turn=2), "f:1")
    assert row == Row("Hi", "f:1", labels=("joy", "love"), context=("a", "b"))


def test_labels_may_be_none_where_the_data_set_has_such():
    assert readers.partly_labelled(said("Hi"), "f:1") == Row("Hi", "f:1")
    with pytest.raises(ValueError, match="labels must be a list of at least one label"):
        readers.labelled(said("Hi"), "f:1")


def test_dimensions():
    assert readers.dimensional({"text": "Hi", "labels": [], **VAD}, "f:1").values == (3.0, 2.5, 5.0)


@pytest.mark.parametrize("value", [None, "3", True, 0.9, 5.1, float("nan")])
def test_dimensions_are_numbers_on_their_scale(value):
    with pytest.raises(ValueError, match="arousal must be a number from 1 to 5"):
        readers.dimensional({"text": "Hi", **VAD, "arousal": value}, "f:1")


def test_a_rating_of_the_whole_dialogue_is_no_text():
    assert readers.rated({"text": "", "labels": ["neutral"], "overall": True}, "f:1") is None
    assert readers.rated(said("Hi", "neutral"), "f:2") == Row("Hi", "f:2", labels=("neutral",))
    with pytest.raises(ValueError, match="text must be"):
        readers.rated(said(""), "f:3")


def test_texts_without_labels():
    assert readers.unlabelled({"text": "Hi", "source": "sgd"}, "f:1") == Row("Hi", "f:1", source="sgd")
    assert readers.unlabelled({"text": "Hi", "labels": "odd"}, "f:1") == Row("Hi", "f:1")
    with pytest.raises(ValueError, match="source must be a name, not 3"):
        readers.unlabelled({"text": "Hi", "source": 3}, "f:1")


@pytest.mark.parametrize("text", [None, 3, "", "  \n", ["Hi"]])
@pytest.mark.parametrize("reader", [readers.labelled, readers.partly_labelled, readers.rated, readers.unlabelled])
def test_a_text_is_a_text(reader, text):
    with pytest.raises(ValueError, match="text must be a text that is not blank"):
        reader({"text": text, "labels": ["joy"]}, "f:1")


@pytest.mark.parametrize("names", [None, "joy", [1], {"joy": 1}])
@pytest.mark.parametrize("key", ["labels", "context"])
def test_names_are_a_list(key, names):
    with pytest.raises(ValueError, match=f"{key} must be a list of texts"):
        readers.partly_labelled({"text": "Hi", key: names}, "f:1")


@pytest.mark.parametrize("row", [{}, {"text": None}, {"text": " "}, {"text": 4}])
def test_whatever_holds_no_text_is_passed_over_where_only_texts_count(row):
    assert readers.any_text(row, "f:1") is None
    assert readers.any_text(said("Hi", "no label of ours"), "f:2") == Row("Hi", "f:2")


def test_of_several_readers_what_any_accepts_and_of_one_what_it_says():
    several = said("Hi", "joy", accept=["joy", "neutral"], readers=[["joy"], ["neutral"]])
    assert readers.read_by_several(several, "f:1") == Row("Hi", "f:1", labels=("joy", "neutral"))
    assert readers.read_by_several(said("Hi", "joy"), "f:2") == Row("Hi", "f:2", labels=("joy",))
    for row in (said("Hi"), said("Hi", "joy", accept=[])):
        with pytest.raises(ValueError, match="labels must be a list of at least one label"):
            readers.read_by_several(row, "f:3")


@pytest.mark.parametrize("reader", [readers.unlabelled, readers.any_text])
def test_a_text_says_what_conversation_it_is_of(reader):
    named = {"text": "Hi", "id": "m1", "conversation_id": "c1"}
    assert reader(named, "f:1").conversation == "c1"
    assert reader({"text": "Hi", "id": 4}, "f:2").conversation == "4", "one of its own"
    assert reader({"text": "Hi"}, "f:3").conversation == ""
