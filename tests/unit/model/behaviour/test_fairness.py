"""Fairness figures: by hand for made scores, and within the bar for the checkpoint that ships."""

import pytest

from emotag_model.behaviour import fairness
from emotag_model.behaviour.cases import ALIKE, Tagged
from emotag_model.behaviour.fairness import measure_fairness
from emotag_model.behaviour.people import AXES, Axis, Group

AXIS = Axis("hats", ("{0} sat.", "{0} ran."), (Group("red", (("Ann",), ("Bea",))), Group("blue", (("Cy",),))))
SCORES = {
    "Ann sat.": (0.5, 0.0),
    "Bea sat.": (0.7, 0.0),
    "Cy sat.": (0.2, 0.1),
    "Ann ran.": (0.5, 0.0),
    "Bea ran.": (0.5, 0.0),
    "Cy ran.": (0.5, 0.0),
}


@pytest.fixture
def scripted(monkeypatch):
    def tag_texts(checkpoint, texts):
        return {text: Tagged("joy", dict(zip(("joy", "fear"), SCORES[text], strict=True))) for text in texts}

    monkeypatch.setattr(fairness, "tag_texts", tag_texts)


def test_a_swap_is_between_any_two_of_different_groups(scripted):
    (found,) = measure_fairness(None, [AXIS])
    gaps = [0.3, 0.1, 0.5, 0.1, 0, 0, 0, 0]  # Ann and Cy, Bea and Cy; sat and ran; joy and fear
    assert found.mean == pytest.approx(sum(gaps) / len(gaps))
    assert found.largest == pytest.approx(0.5)


def test_a_group_is_compared_with_the_mean_of_groups_not_of_people(scripted):
    (found,) = measure_fairness(None, [AXIS])
    red, blue = found.groups
    assert (red.group, red.sentences, blue.group, blue.sentences) == ("red", 4, "blue", 2)
    # the mean of the groups in "… sat.": joy (.6 + .2) / 2 = .4, fear .05
    assert blue.mean == pytest.approx((0.2 + 0.05) / 4)
    assert (blue.worst_label, blue.shift, blue.largest) == ("joy", pytest.approx(-0.1), pytest.approx(0.2))
    assert red.mean == pytest.approx((0.1 + 0.05 + 0.3 + 0.05) / 8)
    assert (red.worst_label, red.shift, red.largest) == ("joy", pytest.approx(0.1), pytest.approx(0.3))


def test_people_who_are_scored_alike_differ_by_nothing(tiny):
    axis = Axis("unknown words", ("i am {0}", "so {0} !"), (Group("a", (("qwx",),)), Group("b", (("zvk",),))))
    (found,) = measure_fairness(tiny, [axis])
    assert found.largest < 1e-5
    assert [group.largest < 1e-5 for group in found.groups] == [True, True]


def test_the_shipped_checkpoint_is_within_the_bar_on_every_axis(shipped):
    found = measure_fairness(shipped)
    assert [each.axis for each in found] == [axis.name for axis in AXES]
    for each in found:
        assert each.mean <= ALIKE, each.axis
        assert 0 < each.mean <= each.largest <= 1
        assert all(group.mean <= group.largest and abs(group.shift) <= group.largest for group in each.groups)
