"""Spellings of a text in case and blanks have one form; other texts have another."""

import pytest

from emotag_model.training.data.normal_form import normal_form


@pytest.mark.parametrize("text", ["thank you", "Thank You", "  thank\tyou\n", "THANK \u00a0 YOU"])
def test_case_and_blanks_do_not_matter(text):
    assert normal_form(text) == "thank you"


@pytest.mark.parametrize("text", ["thankyou", "thank you!", "thank u", "thanks"])
def test_everything_else_does(text):
    assert normal_form(text) != "thank you"


def test_letters_that_have_no_lower_case_are_folded():
    assert normal_form("STRASSE") == normal_form("straße")


def test_it_is_its_own_form():
    assert normal_form(normal_form(" Ǆ  Ab\u2003c ")) == normal_form(" Ǆ  Ab\u2003c ")
