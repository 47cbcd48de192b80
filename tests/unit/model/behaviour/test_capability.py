"""Templates and how they are filled."""

import pytest

from emotag_model.behaviour.capability import fill


def test_all_combinations_are_filled_in_order():
    assert fill("{a}-{b}", a=("1", "2"), b=("x", "y")) == ["1-x", "1-y", "2-x", "2-y"]
    assert fill("nothing to fill") == ["nothing to fill"]


def test_a_slot_without_values_is_an_error():
    with pytest.raises(KeyError):
        fill("{a} {b}", a=("1",))
