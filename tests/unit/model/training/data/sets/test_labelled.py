"""What the labels of each data set mean, spelt out once more by whoever reads this."""

import pytest

from emotag_model.training.data.readers import dimensional, labelled, partly_labelled, rated
from emotag_model.training.data.registry import find

EKMAN = {
    "xed_en": {"anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral"},
    "isear_deepmoji_split": {"anger", "disgust", "fear", "joy", "sadness"},
    "dair_emotion": {"anger", "fear", "joy", "sadness", "surprise"},
    "crowdflower_text_emotion": {"anger", "fear", "joy", "sadness", "surprise", "neutral"},
    "tec": {"anger", "disgust", "fear", "joy", "sadness", "surprise"},
    "semeval2018_ec": {"anger", "disgust", "fear", "joy", "sadness", "surprise"},
    "tweeteval_emotion": {"anger", "joy", "sadness"},
    "topicalchat": {"anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral"},
    "meld": {"anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral"},
    "dailydialog": {"anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral"},
    "emocontext": {"anger", "joy", "sadness"},
    "emowoz2_system_conduct": {"joy", "sadness", "neutral"},
    "uss_satisfaction": set(),
    "emobank": set(),
}
UNLIKE_OURS = {
    "xed_en": {"anticipation", "trust"},
    "semeval2018_ec": {"anticipation", "pessimism", "trust"},
    "crowdflower_text_emotion": {"boredom", "empty"},
    "emocontext": {"others"},
    "uss_satisfaction": {"dissatisfied", "neutral", "satisfied"},
}
MEANINGS = [
    ("dair_emotion", "love", "joy", "love"),
    ("isear_deepmoji_split", "guilt", "sadness", "remorse"),
    ("isear_deepmoji_split", "shame", "sadness", "embarrassment"),
    ("crowdflower_text_emotion", "worry", "fear", "nervousness"),
    ("crowdflower_text_emotion", "fun", "joy", "amusement"),
    ("tweeteval_emotion", "optimism", "joy", "optimism"),
    ("topicalchat", "Curious to dive deeper", "surprise", "curiosity"),
    ("dailydialog", "no emotion", "neutral", "neutral"),
    ("dailydialog", "happiness", "joy", "joy"),
    ("emocontext", "angry", "anger", "anger"),
    ("emowoz2_system_conduct", "appreciative", "joy", "gratitude"),
]


@pytest.mark.parametrize("name", EKMAN)
def test_these_ekman_labels_can_be_told(name):
    assert {meaning.ekman for meaning in find(name).labels.values()} - {None} == EKMAN[name]


@pytest.mark.parametrize("name", EKMAN)
def test_these_labels_have_no_counterpart(name):
    unlike = {label for label, meaning in find(name).labels.items() if meaning == (None, None)}
    assert unlike == UNLIKE_OURS.get(name, set())


@pytest.mark.parametrize(("name", "label", "ekman", "goemotions"), MEANINGS)
def test_labels_of_their_own_mean_this(name, label, ekman, goemotions):
    assert find(name).labels[label] == (ekman, goemotions)


@pytest.mark.parametrize(
    ("name", "reader"),
    [
        ("goemotions", labelled),
        ("emobank", dimensional),
        ("semeval2018_ec", partly_labelled),
        ("emowoz2_system_conduct", partly_labelled),
        ("uss_satisfaction", rated),
    ],
)
def test_each_is_read_in_its_way(name, reader):
    assert find(name).reader is reader


def test_topical_chat_is_trained_on_by_the_splits_that_are_at_hand():
    """Its makers' train split is not among the files, so their valid splits are; their test splits are held out."""
    entry = find("topicalchat")
    assert [split.name for split in entry.train_splits()] == ["valid_freq", "valid_rare"]
    assert all(split.role.held_out for split in entry.splits[2:])


@pytest.mark.parametrize("name", ["xed_en", "crowdflower_text_emotion", "tec"])
def test_without_an_official_split_none_is_held_out(name):
    assert [split.name for split in find(name).train_splits()] == ["all"]
    assert "none is held out" in find(name).note
