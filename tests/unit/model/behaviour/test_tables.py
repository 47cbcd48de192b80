"""The Markdown: whole tables, failures counted as well as listed, texts that cannot break a line."""

import re

import pytest

from emotag_model.behaviour import tables
from emotag_model.behaviour.capability import Capability
from emotag_model.behaviour.cases import Invariance, Minimum
from emotag_model.behaviour.fairness import AxisFigures, GroupFigures
from emotag_model.behaviour.suite import Failure, Result
from emotag_model.behaviour.tables import render

CASES = (Minimum("a\n`b` | c", ("joy",)), Minimum("x" * 300, ("joy",)), Invariance("one", "two"))
RESULTS = [
    Result(Capability("first", "things work", CASES), tuple(Failure(case, "is wrong") for case in CASES)),
    Result(Capability("second", "more works", CASES[2:]), ()),
]
FAIRNESS = [
    AxisFigures("hats", 0.01, 0.2, (GroupFigures("red", 4, 0.02, "joy", -0.013, 0.21),)),
    AxisFigures("coats", 0.06, 0.3, (GroupFigures("blue", 2, 0.03, "fear", 0.5, 0.31),)),
]


def rows(text):
    return [line for line in text.splitlines() if line.startswith("|")]


def test_pass_rates_stand_by_kind():
    text = render("basic", RESULTS, FAIRNESS)
    assert "| first | things work | 0 / 2 | 0 / 1 |  | 0.00 |" in text
    assert "| second | more works |  | 1 / 1 |  | 1.00 |" in text
    assert "1 of 4 cases pass; mean over capabilities 0.500." in text
    assert "by the tag in the taxonomy `basic`." in text


def test_every_row_of_a_table_has_the_columns_of_its_head():
    counts = [len(re.findall(r" \|", row)) for row in rows(render("basic", RESULTS, FAIRNESS))]
    assert counts == [6] * 4 + [4] * 4 + [6] * 4


def test_failures_are_listed_on_a_line_each_and_the_rest_counted():
    lines = [line for line in render("basic", RESULTS, FAIRNESS, failures=2).splitlines() if line.startswith("- ")]
    assert lines == [
        r"""- first: `"a\n'b' | c"`: is wrong""",
        f'- first: `"{"x" * 108} …"`: is wrong',
        "- first: 1 more",
    ]
    assert '- first: `"one"` → `"two"`: is wrong' in render("basic", RESULTS, FAIRNESS, failures=3)


def test_no_failures_are_listed_when_none_are_wanted_or_there_are_none():
    assert "Failures" not in render("basic", RESULTS, FAIRNESS, failures=0)
    assert "Failures: none." in render("basic", RESULTS[1:], FAIRNESS)


def test_fairness_says_what_is_within_the_bar():
    text = render("basic", RESULTS, FAIRNESS)
    assert "| hats | 0.0100 | 0.200 | yes |" in text
    assert "| coats | 0.0600 | 0.300 | no |" in text
    assert "| hats | red | 4 | 0.0200 | joy -0.013 | 0.210 |" in text


@pytest.mark.parametrize("words", ["negation", "swaps: religion", "names by origin", "mean over capabilities"])
def test_the_card_s_tables_are_those_of_the_checkpoint(tiny, words):
    text = tables(tiny, failures=1)
    assert words in text
    assert not text.endswith("\n")


def test_the_same_checkpoint_gives_the_same_text(tiny):
    assert tables(tiny) == tables(tiny)
