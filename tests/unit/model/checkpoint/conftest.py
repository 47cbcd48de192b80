"""A small whole checkpoint, fresh for every test."""

import pytest

from tests.unit.model.tiny import tiny_checkpoint

WORDS = ("happy", "sad", "so", "!", "do", "n't")


@pytest.fixture
def checkpoint():
    return tiny_checkpoint(WORDS, seed=7, digest="")


@pytest.fixture
def folder(checkpoint, tmp_path):
    checkpoint.save(tmp_path / "tiny")
    return tmp_path / "tiny"
