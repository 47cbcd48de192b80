"""Every entry says all that there is to say, in words that emotag knows."""

import re

import pytest

from emotag_model.labels.catalogue import EKMAN, FINE_LABELS, GROUPS
from emotag_model.training.data.registry import REGISTRY, find
from emotag_model.training.data.split import Role
from emotag_model.training.errors import TrainingError
from tests.unit.model.training.data.miniature import SHARED, needs_shared

SPDX = {
    "Apache-2.0", "MIT", "CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0", "CC-BY-NC-SA-4.0", "CDLA-Sharing-1.0",
    "GPL-3.0-only",
}  # fmt: skip
SHIPPING = {"goemotions", "xed_en", "topicalchat", "emobank", "agents", "agents_unlabelled"} | {
    f"unlabelled:{name}"
    for name in ("sgd", "redial", "ccpe", "marble_agent_to_agent", "tau_bench_fewshot", "tau_bench_gpt4o_airline")
}
GROUP = {fine: coarse for coarse, members in GROUPS[EKMAN].items() for fine in members}


@pytest.fixture(params=REGISTRY.values(), ids=list(REGISTRY))
def entry(request):
    return request.param


def test_it_is_found_by_its_name(entry):
    assert find(entry.name) is entry


def test_unknown_names_are_told():
    with pytest.raises(TrainingError, match="no data set is called 'goemotion'; `emotag data list` names"):
        find("goemotion")


def test_it_says_where_it_comes_from(entry):
    assert re.match(r"https://[\w.-]+/\S+", entry.home)
    assert entry.title
    assert re.search(r"\b(19|20)\d\d\b", entry.paper)


def test_its_licence_is_on_the_list_or_told_in_words(entry):
    assert entry.licence.spdx in SPDX or (entry.licence.spdx is None and entry.licence.terms)


def test_only_what_may_be_passed_on_ships(entry):
    assert entry.licence.may_ship == (entry.name in SHIPPING or entry.name.startswith("streams:"))


def test_its_splits_have_rows_and_names_of_their_own(entry):
    assert all(split.rows > 0 for split in entry.splits)
    assert len({split.name for split in entry.splits}) == len(entry.splits) > 0


def test_labels_mean_what_we_have(entry):
    for coarse, fine in entry.labels.values():
        assert coarse in {None, *GROUPS[EKMAN]}
        assert fine in {None, *FINE_LABELS}
        assert fine is None or GROUP[fine] == coarse


def test_labels_of_our_own_name_mean_themselves(entry):
    for label, meaning in entry.labels.items():
        if label in FINE_LABELS and meaning.goemotions is not None:
            assert meaning.goemotions == label


def test_goemotions_is_ours():
    assert set(find("goemotions").labels) == set(FINE_LABELS)


def test_no_split_that_sounds_held_out_is_trained_on_but_where_it_is_said(entry):
    for split in entry.splits:
        if split.role is Role.TRAIN and Role.of_name(split.name).held_out:
            assert "valid splits are trained on" in entry.note


def test_other_labels_of_emocontext_are_not_neutral():
    assert find("emocontext").labels["others"] == (None, None)


@needs_shared
def test_every_data_set_at_hand_is_registered():
    assert {path.name for path in (SHARED / "text").iterdir() if path.is_dir()} <= set(REGISTRY)


@needs_shared
def test_counts_are_those_of_the_sources():
    for path in (SHARED / "text").glob("*/SOURCE.md"):
        rows = re.findall(r"^\| (\w+) \| (\d+) \|", path.read_text(), re.MULTILINE)
        entry = find(path.parent.name)
        assert {split.name: split.rows for split in entry.splits} == {name: int(count) for name, count in rows}


@needs_shared
def test_labels_are_those_of_the_sources():
    for path in (SHARED / "text").glob("*/SOURCE.md"):
        lines = re.findall(r"^- \w+: (.* \d+)$", path.read_text().partition("Labels per split")[2], re.MULTILINE)
        named = {each.rpartition(" ")[0] for line in lines for each in line.split(", ")}
        assert set(find(path.parent.name).labels) == named
