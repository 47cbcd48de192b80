"""Networks that the tests of this folder share, as torch and as the native core compute them."""

import numpy as np
import torch

from emotag_model.native.folding import Folding
from emotag_model.native.network import NativeNetwork
from tests.unit.model.network.networks import SIZES as COMMON
from tests.unit.model.network.networks import VOCABULARY_SIZE

SIZES = COMMON | {
    "more heads than lie side by side": {"sru_size": 30, "attention_heads": 12},
    "heads of odd width, three layers": {"sru_size": 9, "attention_heads": 6, "sru_layers": 3},
    "one of everything": {"conv_channels": (1, 1), "sru_size": 1, "attention_heads": 2, "embedding_size": 1},
    "many outputs": {"label_count": 35, "conv_channels": (17, 33)},
}


def weights_of(network):
    return {name: tensor.numpy() for name, tensor in network.state_dict().items()}


def make_native(network, library, *, kernel="", dtype=np.float32):
    folding = Folding(network.config, weights_of(network))
    table = np.concatenate(list(folding.table())).astype(dtype)
    return NativeNetwork(network.config, table, folding.matrices(), kernel=kernel, library=library)


def make_texts(lengths, seed=0):
    random = np.random.default_rng(seed)
    return [random.integers(1, VOCABULARY_SIZE, length) for length in lengths]


def pad(texts):
    lengths = torch.tensor([len(ids) for ids in texts])
    ids = torch.zeros(len(texts), max(1, int(lengths.max())), dtype=torch.int64)
    for row, text in zip(ids, texts, strict=True):
        row[: len(text)] = torch.from_numpy(text)
    return ids, lengths


def ragged(padded, texts):
    """Evidence [B, T, L] → that of the tokens alone [sum of lengths, L]."""
    return np.concatenate([rows[: len(text)].numpy() for rows, text in zip(padded, texts, strict=True)])
