"""The suite as it is written: large enough, without repeats, in the labels there are, and doing what it says."""

import re
from collections import Counter
from pathlib import Path

import pytest

from emotag_model.behaviour import capabilities
from emotag_model.behaviour.capabilities import CAPABILITIES
from emotag_model.behaviour.capabilities.long_messages import LONG_MESSAGES
from emotag_model.behaviour.capabilities.spelling import CAPITALS, TYPOS, double, drop, mistype, swap
from emotag_model.behaviour.capabilities.swaps import SWAPS
from emotag_model.behaviour.cases import Direction, Minimum
from emotag_model.labels.catalogue import EKMAN, GROUPS
from emotag_model.text.splitter import Splitter

LABELS = set(GROUPS[EKMAN])
NAMED = {capability.name: capability for capability in CAPABILITIES}
MADE = {"spelling"}  # a file whose texts become cases of several capabilities
EACH = pytest.mark.parametrize("capability", CAPABILITIES, ids=lambda capability: capability.name)


def test_there_are_more_than_1500_cases_of_all_kinds():
    kinds = Counter(case.kind for capability in CAPABILITIES for case in capability.cases)
    assert sum(kinds.values()) >= 1500
    assert all(kinds[kind] >= 80 for kind in ("MFT", "INV", "DIR"))
    assert len(NAMED) == len(CAPABILITIES)


def test_every_file_of_cases_is_used():
    files = {path.stem for path in Path(capabilities.__file__).parent.glob("*.toml")}
    assert {file.replace("_", " ") for file in files - MADE} <= NAMED.keys()


def test_no_text_has_two_minimums():
    texts = Counter(case.text for each in CAPABILITIES for case in each.cases if isinstance(case, Minimum))
    assert [text for text, count in texts.items() if count > 1] == []


@EACH
def test_a_capability_has_enough_cases_and_none_twice(capability):
    assert len(capability.cases) >= 25
    assert len({case.texts for case in capability.cases}) == len(capability.cases)
    assert capability.expectation


@EACH
def test_texts_can_be_read_and_changed_ones_differ(capability):
    for case in capability.cases:
        assert len(set(case.texts)) == len(case.texts), case
        assert all(Splitter().split(chunk) for text in case.texts for chunk in text.split()), case
        if capability.name != "machine output":  # code may look like a template
            assert not any(re.search(r"\{[a-z]*\}", text) for text in case.texts), case


@EACH
def test_labels_are_those_of_the_taxonomy_and_can_fail(capability):
    for case in capability.cases:
        expected = set(getattr(case, "labels", ())) | {getattr(case, "label", "joy")}
        assert expected <= LABELS, case
        assert set(getattr(case, "labels", ())) < LABELS, case


def test_denials_differ_by_a_denial():
    for case in NAMED["negation"].cases:
        if isinstance(case, Direction):
            added = set(case.changed.replace("n't", " not").split()) - set(case.text.split())
            assert "not" in added, case


def test_long_messages_are_long_and_hold_their_sentence_in_three_places():
    assert all(len(text.split()) > 35 for case in LONG_MESSAGES.cases for text in case.texts)
    feeling = "I am furious that nobody told me about this."
    holding = [case.text for case in LONG_MESSAGES.cases if feeling in case.text]
    first, within, last = holding
    assert first.startswith(feeling)
    assert last.endswith(feeling)
    assert 0 < within.index(feeling) < len(within) - len(feeling)


def test_machine_output_has_to_be_sure():
    assert {(case.labels, case.least) for case in NAMED["machine output"].cases} == {(("neutral",), 0.8)}


@pytest.mark.parametrize("name", ["courtesy", "plans", "facts", "questions", "attitudes", "idioms", "emoji marks"])
def test_what_agents_mostly_say_is_neutral(name):
    assert {case.labels for case in NAMED[name].cases} == {("neutral",)}


@pytest.mark.parametrize("label", sorted(LABELS - {"neutral"}))
def test_every_feeling_is_tested_at_work(label):
    cases = NAMED[f"{label} at work"].cases
    assert len(cases) >= 30
    assert all(label in case.labels for case in cases)


@pytest.mark.parametrize(("way", "expected"), [(swap, "wodner"), (drop, "woder"), (double, "wonnder")])
def test_slips_are_in_the_middle(way, expected):
    assert way("wonder") in {expected, "wonedr", "woner", "wondder"}
    assert way("wonder") != "wonder"


def test_a_slip_is_in_the_longest_word_alone():
    assert mistype("a tremendous day", "drop") == "a tremedous day"
    for case in TYPOS.cases:
        before, after = (text.split(" ") for text in case.texts)
        changed = [one for one, other in zip(before, after, strict=True) if one != other]
        assert changed == [max(before, key=len)], case


def test_shouts_and_drawn_out_words_are_the_same_texts():
    assert all(case.texts[1] == case.texts[0].upper() for case in CAPITALS.cases)
    for case in NAMED["elongation"].cases:
        assert len(case.texts[1]) > len(case.texts[0])
        assert set(case.texts[1].lower()) == set(case.texts[0].lower()), case


def test_a_swap_changes_the_person_alone():
    for capability in SWAPS:
        for case in capability.cases:
            before, after = (set(text.lower().replace(".", "").split()) for text in case.texts)
            assert len(before & after) >= 1
            assert len(before - after) <= 4, case
