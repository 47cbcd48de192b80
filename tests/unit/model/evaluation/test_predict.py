"""Logits come back in the order of the messages, whatever they were batched with."""

import numpy as np
import pytest
import torch

from emotag_model.evaluation import predict
from emotag_model.evaluation.predict import predict_logits
from emotag_model.text.padding import pad


@pytest.fixture
def ids():
    random = np.random.default_rng(0)
    return [random.integers(1, 10, size=random.integers(1, 12)).tolist() for _ in range(23)]


def test_every_message_gets_its_own_logits(checkpoint, ids, monkeypatch):
    monkeypatch.setattr(predict, "_BATCH", 4)
    network = checkpoint.network()
    logits = predict_logits(network, ids)
    alone = np.concatenate([network(*pad([each])).numpy() for each in ids])
    np.testing.assert_allclose(logits, alone, atol=1e-5)
    assert logits.shape == (23, 35)
    assert logits.dtype == np.float32


def test_dropout_is_off_and_the_mode_is_given_back(checkpoint, ids):
    network = checkpoint.network().train()
    np.testing.assert_array_equal(predict_logits(network, ids), predict_logits(network, ids))
    assert network.training
    network.eval()
    predict_logits(network, ids)
    assert not network.training


def test_nothing_is_kept_for_gradients(checkpoint, ids):
    network = checkpoint.network().requires_grad_()
    predict_logits(network, ids)
    assert network(*pad(ids)).requires_grad
    assert torch.is_grad_enabled()


def test_no_messages(checkpoint):
    assert predict_logits(checkpoint.network(), []).shape == (0, 35)


class Counting(torch.nn.Module):
    """Gives every message its number of tokens, in half the precision; remembers what it was asked."""

    def __init__(self):
        super().__init__()
        self.shapes = []

    def forward(self, token_ids, lengths):
        self.shapes.append(tuple(token_ids.shape))
        return torch.stack([lengths, -lengths, 0 * lengths], dim=1).bfloat16()


def test_any_network_of_ids_and_lengths_will_do(ids):
    logits = predict_logits(Counting(), ids)
    assert logits.dtype == np.float32
    assert logits[:, 0].tolist() == [len(each) for each in ids]
    assert logits.shape == (23, 3)


def test_batches_are_neighbours_in_length(ids, monkeypatch):
    monkeypatch.setattr(predict, "_BATCH", 4)
    predict_logits(network := Counting(), ids)
    widths = [width for _, width in network.shapes]
    assert widths == sorted(widths)
    assert [rows for rows, _ in network.shapes] == [4, 4, 4, 4, 4, 3]


def test_no_messages_of_any_network():
    assert predict_logits(Counting(), []).shape == (0, 3)
