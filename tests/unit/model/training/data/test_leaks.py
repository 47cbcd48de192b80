"""A leak is named with both of its places, in whatever spelling it comes."""

import pytest

from emotag_model.text.examples import Example
from emotag_model.training.data import check_no_leak
from emotag_model.training.data.row import Row
from emotag_model.training.errors import TrainingError


def test_a_leak_is_named():
    with pytest.raises(TrainingError, match=r"dev:3: its text is trained on as well, by train:1; leave it out there"):
        check_no_leak([Example("Hello  you", (0,), "train:1")], [Row("a", "dev:2"), Row("hello YOU", "dev:3")])


def test_what_stands_in_neither_twice_is_no_leak():
    check_no_leak([Row("a", "train:1"), Row("a", "train:2")], [Row("b", "dev:1"), Row("b", "dev:2")])
    check_no_leak([], [Row("b", "dev:1")])
