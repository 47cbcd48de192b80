"""The sentences about people: every term fits every template, and no two groups share a term."""

import re

import pytest

from emotag_model.behaviour.people import AXES
from emotag_model.training.augment import _NAMES

EACH = pytest.mark.parametrize("axis", AXES, ids=lambda axis: axis.name)


@EACH
def test_templates_are_filled_and_begin_with_a_capital(axis):
    for template in axis.templates:
        for group in axis.groups:
            for term in group.terms:
                text = axis.write(template, term)
                assert not re.search(r"[{}]", text), text
                assert text[0].isupper(), text
                assert text[-1] in ".!", text


@EACH
def test_groups_share_no_term(axis):
    terms = [term for group in axis.groups for term in group.terms]
    assert len(set(terms)) == len(terms)
    assert len({group.name for group in axis.groups}) == len(axis.groups) >= 3


@EACH
def test_some_sentences_feel_something_and_some_do_not(axis):
    feeling = [each for each in axis.templates if re.search(r"angry|happy|love|sad|scared|cried|surprised|miss", each)]
    assert 0 < len(feeling) < len(axis.templates)


def test_pronouns_take_the_form_of_their_slot():
    (axis,) = (axis for axis in AXES if axis.name == "pronouns")
    she, he = axis.groups[0].terms[0], axis.groups[1].terms[0]
    assert axis.write("{0} knows {1} and {2} team.", she) == "She knows her and her team."
    assert axis.write("{0} knows {1} and {2} team.", he) == "He knows him and his team."


def test_training_uses_other_names_than_the_tests():
    tested = {
        term[0] for axis in AXES if axis.name.startswith("names") for group in axis.groups for term in group.terms
    }
    assert tested.isdisjoint(_NAMES)
