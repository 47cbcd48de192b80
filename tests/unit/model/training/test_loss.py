"""The loss is the binary cross-entropy it claims to be, over fine and rolled-up labels."""

import pytest
import torch
from torch.nn.functional import logsigmoid

from emotag_model.training.loss import RollUpLoss

TRUTH = torch.tensor([[1.0, 0, 0], [0, 1, 0], [0, 1, 0], [0, 0, 1], [0, 0, 1], [1, 0, 1], [0, 0, 1], [0, 0, 1]])
GROUPS = [[0, 1], [2]]


def slow_bce(logits, truth, shares):
    weight = ((1 - shares) / shares).sqrt()
    return -(weight * truth * logsigmoid(logits) + (1 - truth) * logsigmoid(-logits)).mean()


def rolled(values):
    return torch.stack([values[:, :2].amax(dim=1), values[:, 2]], dim=1)


@pytest.mark.parametrize("coarse", [0.0, 0.5, 2.0])
def test_it_is_the_sum_of_two_cross_entropies(coarse):
    torch.manual_seed(0)
    logits = torch.randn(8, 3)
    expected = slow_bce(logits, TRUTH, TRUTH.mean(dim=0))
    expected += coarse * slow_bce(rolled(logits), rolled(TRUTH), rolled(TRUTH).mean(dim=0))
    torch.testing.assert_close(RollUpLoss(TRUTH, GROUPS, coarse)(logits, TRUTH), expected)


def test_rare_labels_weigh_more():
    loss = RollUpLoss(TRUTH, GROUPS, 0.0)
    assert loss.fine_weight[0] > loss.fine_weight[2]
    assert loss.fine_weight[2] == pytest.approx((3 / 5) ** 0.5)


def test_labels_never_or_always_true_stay_finite():
    truth = torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    loss = RollUpLoss(truth, [[0], [1]], 1.0)
    assert loss(torch.zeros(2, 2), truth).isfinite()
    assert loss.fine_weight.isfinite().all()
    assert (loss.fine_weight > 0).all()


def test_better_logits_lose_less():
    loss = RollUpLoss(TRUTH, GROUPS, 0.5)
    right = TRUTH * 8 - 4
    assert loss(right, TRUTH) < loss(torch.zeros(8, 3), TRUTH) < loss(-right, TRUTH)
