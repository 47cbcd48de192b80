"""What each kind of case lets pass, and what it says of the rest."""

import pytest

from emotag_model.behaviour.cases import ALIKE, Direction, Invariance, Minimum, Steady, Tagged


def tagged(label="joy", **scores):
    return Tagged(label, {"joy": 0.0, "anger": 0.0, "neutral": 0.0, **scores})


@pytest.mark.parametrize(("label", "passes"), [("joy", True), ("neutral", True), ("anger", False)])
def test_a_minimum_takes_any_of_its_labels(label, passes):
    objection = Minimum("hi", ("joy", "neutral")).objection([tagged(label, anger=0.7)])
    assert objection == ("" if passes else "anger (0.70), expected joy or neutral")


@pytest.mark.parametrize(("score", "passes"), [(0.8, True), (0.79, False)])
def test_a_minimum_may_ask_for_a_score(score, passes):
    objection = Minimum("hi", ("neutral",), least=0.8).objection([tagged("neutral", neutral=score)])
    assert objection == ("" if passes else "neutral (0.79), expected neutral with 0.80 or more")


def test_an_invariance_wants_the_same_label():
    case = Invariance("a", "b")
    assert case.objection([tagged("joy", joy=0.5), tagged("joy", joy=0.5)]) == ""
    assert case.objection([tagged("joy", joy=0.5), tagged("anger", joy=0.5)]) == "joy became anger"


@pytest.mark.parametrize(("moved", "passes"), [(0.0, True), (3 * ALIKE - 0.01, True), (3 * ALIKE + 0.01, False)])
@pytest.mark.parametrize("sign", [1, -1])
def test_an_invariance_wants_the_scores_near_on_average(moved, passes, sign):
    objection = Invariance("a", "b").objection([tagged(joy=0.5), tagged(joy=0.5 + sign * moved)])
    assert objection == ("" if passes else "scores moved by 0.053 on average")


@pytest.mark.parametrize(
    ("least", "after", "passes"),
    [
        (0.1, 0.65, True),
        (0.1, 0.55, False),
        (0.1, 0.2, False),
        (-0.1, 0.35, True),
        (-0.1, 0.45, False),
        (-0.1, 0.9, False),
    ],
)
def test_a_direction_wants_the_score_to_go_that_way_and_far_enough(least, after, passes):
    objection = Direction("a", "b", "joy", least).objection([tagged(joy=0.5), tagged("anger", joy=after)])
    assert (objection == "") == passes
    if not passes:
        assert objection == f"joy went from 0.50 to {after:.2f}, expected {least:+.2f} or more"


@pytest.mark.parametrize(("after", "passes"), [(0.9, True), (0.46, True), (0.44, False)])
def test_steady_lets_a_score_rise_and_hardly_fall(after, passes):
    objection = Steady("a", "b", "joy").objection([tagged(joy=0.5), tagged(joy=after)])
    assert objection == ("" if passes else "joy fell from 0.50 to 0.44")


def test_a_case_names_its_kind_and_its_texts():
    cases = [Minimum("a", ("joy",)), Invariance("a", "b"), Direction("a", "b", "joy", 0.1), Steady("a", "b", "joy")]
    assert [case.kind for case in cases] == ["MFT", "INV", "DIR", "DIR"]
    assert [case.texts for case in cases] == [("a",), ("a", "b"), ("a", "b"), ("a", "b")]
