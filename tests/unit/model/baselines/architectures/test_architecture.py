"""Architectures are found by name, in the order of the table."""

import pytest

from emotag_model.baselines.architectures.architecture import ARCHITECTURES, NAMES, find
from emotag_model.training.errors import TrainingError


def test_found_in_order_whatever_the_order_asked_for():
    assert [each.name for each in find(["cnn-bisru", "cnn"])] == ["cnn", "cnn-bisru"]
    assert find(NAMES) == list(ARCHITECTURES)
    assert len(set(NAMES)) == len({each.title for each in ARCHITECTURES}) == len(ARCHITECTURES)


def test_mistakes_name_the_option():
    with pytest.raises(TrainingError, match="--only is 'rnn'; with --architectures it must be of cnn, bilstm, "):
        find(["cnn", "rnn"])
    with pytest.raises(TrainingError, match=r"--only names nothing; with --architectures .* one or more of cnn, "):
        find([])
