"""Mappings are stated in labels that exist, give each of them one meaning, and fit the data sets as published."""

import gzip
import json
import os
from pathlib import Path

import pytest

from emotag_model.evaluation.label_set import OWN_LABEL_SETS, fitting
from emotag_model.evaluation.label_sets import LABEL_SETS
from emotag_model.labels import BASIC_LABELS, EKMAN, FINE_LABELS
from emotag_model.labels.catalogue import GROUPS
from emotag_model.training.data import find

SHARED = Path(os.environ.get("EMOTAG_SHARED", Path(__file__).parents[4].parent / "shared")) / "data" / "text"
PUBLISHED = {
    "meld": "neutral joy sadness anger surprise fear disgust",
    "tec": "joy sadness surprise fear anger disgust",
    "dair": "sadness joy love anger fear surprise",
    "emocontext": "happy sad angry others",
    "tweeteval": "anger joy optimism sadness",
    "isear": "joy fear anger sadness disgust shame guilt",
    "xed": "anger anticipation disgust fear joy sadness surprise trust neutral",
    "semeval2018": "anger anticipation disgust fear joy love optimism pessimism sadness surprise trust",
}
FILES = {
    "meld": "meld/dev",
    "dair": "dair_emotion/val",
    "tec": "tec/all",
    "emocontext": "emocontext/dev",
    "tweeteval": "tweeteval_emotion/val",
    "dailydialog": "dailydialog/validation",
    "isear": "isear_deepmoji_split/val",
    "crowdflower": "crowdflower_text_emotion/all",
    "topicalchat": "topicalchat/valid_rare",
    "xed": "xed_en/all",
    "semeval2018": "semeval2018_ec/dev",
    "goemotions": "goemotions/dev",
}
TRAINED_OTHERWISE = {("crowdflower", "hate")}  # means anger in training; here anger has a label of its own beside it
SAME_NAMES = {"meld": ("basic",)}  # nothing in their labels tells them apart; ours come first
ALL = (*OWN_LABEL_SETS, *LABEL_SETS)


def test_names_are_distinct():
    assert len({each.name for each in ALL}) == len(ALL)


@pytest.mark.parametrize("label_set", LABEL_SETS, ids=lambda each: each.name)
def test_every_label_is_made_of_labels_of_ours(label_set):
    assert all(label_set.columns(FINE_LABELS))
    assert not set(label_set.without) & set(label_set.labels)


@pytest.mark.parametrize("label_set", LABEL_SETS, ids=lambda each: each.name)
def test_no_label_of_ours_stands_for_two_of_theirs(label_set):
    members = [member for group in label_set.members.values() for member in group]
    assert len(members) == len(set(members))


@pytest.mark.parametrize("label_set", LABEL_SETS, ids=lambda each: each.name)
def test_a_headline_leaves_out_a_label_that_there_is(label_set):
    assert label_set.headline.without in {"", *label_set.labels}


@pytest.mark.parametrize(("name", "labels"), PUBLISHED.items())
def test_the_labels_are_as_published(name, labels):
    assert next(each for each in LABEL_SETS if each.name == name).known == set(labels.split())


def test_ekmans_names_mean_what_the_taxonomy_means():
    for name in ("meld", "tec", "dailydialog"):
        label_set = next(each for each in LABEL_SETS if each.name == name)
        for label, members in label_set.members.items():
            if label in GROUPS[EKMAN]:
                assert members == GROUPS[EKMAN][label]


@pytest.mark.parametrize(("name", "file"), FILES.items())
def test_the_data_set_is_recognised(name, file):
    path = SHARED / f"{file}.jsonl.gz"
    if not path.is_file():
        pytest.skip("the data set is not at hand; its labels as published are checked above")
    with gzip.open(path) as lines:
        names = {label for line in lines for label in json.loads(line)["labels"]}
    assert next(each.name for each in fitting(ALL, names) if each.name not in SAME_NAMES.get(name, ())) == name


def test_labels_of_agents_messages_are_ours_and_not_melds():
    assert [each.name for each in fitting(ALL, BASIC_LABELS)[:2]] == ["basic", "meld"]


@pytest.mark.parametrize("label_set", LABEL_SETS, ids=lambda each: each.name)
def test_labels_mean_what_they_mean_in_training(label_set):
    registered = find(FILES[label_set.name].split("/")[0]).labels
    assert registered.keys() == label_set.known
    for label, meaning in registered.items():
        if meaning.goemotions is not None and (label_set.name, label) not in TRAINED_OTHERWISE:
            assert meaning.goemotions in label_set.members[label]
