"""A small whole checkpoint, with untrained weights that the seed decides."""

from collections.abc import Sequence

import torch

from emotag_model.checkpoint import Checkpoint, Identity
from emotag_model.labels import OUTPUTS, default_labels
from emotag_model.network.cnn_bisru import CnnBiSru
from emotag_model.network.config import CnnBiSruConfig
from emotag_model.network.stored import stored_weights
from emotag_model.text import Tokenizer, Vocabulary


def tiny_checkpoint(
    words: Sequence[str], *, seed: int = 3, digest: str = "0" * 64, max_tokens: int = 8, embedding_size: int = 6
) -> Checkpoint:
    """Make one that knows these words."""
    torch.manual_seed(seed)
    vocabulary = Vocabulary(words)
    config = CnnBiSruConfig(
        vocabulary_size=len(vocabulary),
        embedding_size=embedding_size,
        label_count=len(OUTPUTS),
        conv_channels=(8, 4),
        sru_size=4,
        attention_heads=2,
    )
    return Checkpoint(
        identity=Identity("tiny", "0.1.0", digest),
        config=config,
        tokenizer=Tokenizer(vocabulary, max_tokens=max_tokens),
        labels=default_labels(),
        weights=stored_weights(CnnBiSru(config)),
        card="# tiny\n",
    )
