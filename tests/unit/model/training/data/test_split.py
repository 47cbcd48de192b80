"""A split that nobody registered is held out as soon as its name sounds so."""

import pytest

from emotag_model.training.data.split import Role, Split


@pytest.mark.parametrize("name", ["dev", "dev_mismatched", "val", "valid", "validation", "valid_rare"])
def test_dev_splits_are_known_by_name(name):
    assert Role.of_name(name) is Role.DEV


@pytest.mark.parametrize("name", ["test", "test_unlabelled", "testset", "eval", "heldout"])
def test_test_splits_are_known_by_name(name):
    assert Role.of_name(name) is Role.TEST


@pytest.mark.parametrize("name", ["train", "all", "sgd", "contest"])
def test_others_are_trained_on(name):
    assert Role.of_name(name) is Role.TRAIN


def test_only_train_is_not_held_out():
    assert [role for role in Role if not role.held_out] == [Role.TRAIN]


def test_splits_carry_their_role_under_any_name():
    made = Split.train(3, "all"), Split.dev(2, "val"), Split.test(1)
    assert [(each.name, each.role, each.rows) for each in made] == [
        ("all", Role.TRAIN, 3),
        ("val", Role.DEV, 2),
        ("test", Role.TEST, 1),
    ]
