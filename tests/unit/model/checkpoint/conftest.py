"""A small whole checkpoint, fresh for every test."""

import pytest
import torch

from emotag_model.checkpoint import Checkpoint, Identity
from emotag_model.labels import default_labels
from emotag_model.network import CnnBiSru, CnnBiSruConfig
from emotag_model.text import Tokenizer, Vocabulary

WORDS = ("happy", "sad", "so", "!", "do", "n't")


def make_checkpoint(**identity):
    torch.manual_seed(7)
    vocabulary = Vocabulary(WORDS)
    config = CnnBiSruConfig(
        vocabulary_size=len(vocabulary),
        embedding_size=6,
        label_count=28,
        conv_channels=(8, 4),
        sru_size=4,
        attention_heads=2,
    )
    return Checkpoint(
        identity=Identity(**({"name": "tiny", "version": "0.1.0", "digest": ""} | identity)),
        config=config,
        tokenizer=Tokenizer(vocabulary, max_tokens=8),
        labels=default_labels(),
        weights=CnnBiSru(config).state_dict(),
        card="# tiny\n",
    )


@pytest.fixture
def checkpoint():
    return make_checkpoint()


@pytest.fixture
def folder(checkpoint, tmp_path):
    checkpoint.save(tmp_path / "tiny")
    return tmp_path / "tiny"
