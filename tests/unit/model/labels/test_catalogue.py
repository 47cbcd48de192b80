"""The shipped label sets are GoEmotions' own, and its official groupings."""

import json
import os
from pathlib import Path

import pytest

from emotag_model.labels import (
    BASIC,
    EKMAN,
    FINE_LABELS,
    GOEMOTIONS,
    HEADS,
    OUTPUTS,
    SENTIMENT,
    default_labels,
    head_of,
)
from emotag_model.labels.catalogue import GROUPS

SHARED = Path(os.environ.get("EMOTAG_SHARED", Path(__file__).parents[4].parent / "shared"))
GOEMOTIONS_DATA = SHARED / "data" / "text" / "goemotions"


def test_there_are_28_fine_labels_and_neutral_is_the_last():
    assert len(set(FINE_LABELS)) == 28
    assert list(FINE_LABELS[:-1]) == sorted(FINE_LABELS[:-1])
    assert FINE_LABELS[-1] == "neutral"


def test_the_order_of_every_taxonomy():
    labels = default_labels()
    assert labels.taxonomy(BASIC).labels == labels.taxonomy(EKMAN).labels
    assert labels.taxonomy(EKMAN).labels == ("anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral")
    assert labels.taxonomy(GOEMOTIONS).labels == FINE_LABELS
    assert labels.taxonomy(SENTIMENT).labels == ("positive", "negative", "ambiguous", "neutral")
    assert labels.taxonomy() is labels.taxonomy(BASIC)


def test_basic_is_learnt_by_outputs_of_its_own():
    members = [member for group in default_labels().taxonomy(BASIC).members for member in group]
    assert members == list(range(28, 35))
    assert len(OUTPUTS) == len(set(OUTPUTS)) == 35
    assert [head_of(name) for name in GROUPS] == [BASIC, GOEMOTIONS, GOEMOTIONS, GOEMOTIONS]
    assert [*range(28)] == [*range(35)][HEADS[GOEMOTIONS]]
    assert members == [*range(35)][HEADS[BASIC]]


@pytest.mark.parametrize("name", [EKMAN, GOEMOTIONS, SENTIMENT])
def test_every_fine_label_has_one_place(name):
    members = [member for group in default_labels().taxonomy(name).members for member in group]
    assert sorted(members) == list(range(28))


def test_members_are_who_they_should_be():
    ekman = default_labels().taxonomy(EKMAN)
    groups = dict(zip(ekman.labels, ekman.members, strict=True))
    assert {FINE_LABELS[member] for member in groups["anger"]} == {"anger", "annoyance", "disapproval"}
    assert {FINE_LABELS[member] for member in groups["fear"]} == {"fear", "nervousness"}


@pytest.mark.skipif(not GOEMOTIONS_DATA.is_dir(), reason="GoEmotions is not at hand")
@pytest.mark.parametrize("name", [EKMAN, SENTIMENT])
def test_groups_equal_the_mapping_of_the_data_set(name):
    mapping = json.loads((GOEMOTIONS_DATA / f"{name}_mapping.json").read_text())
    groups = {label: set(members) for label, members in GROUPS[name].items() if label != "neutral"}
    assert groups == {label: set(members) for label, members in mapping.items()}
