"""The loss is the binary cross-entropy it claims to be, over fine and rolled-up labels."""

import pytest
import torch
from torch.nn.functional import logsigmoid

from emotag_model.training.loss import RollUpLoss, RowLoss

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
    torch.testing.assert_close(RollUpLoss(TRUTH, GROUPS, coarse)(logits, TRUTH).mean(), expected)


def test_rare_labels_weigh_more():
    loss = RollUpLoss(TRUTH, GROUPS, 0.0)
    assert loss.fine_weight[0] > loss.fine_weight[2]
    assert loss.fine_weight[2] == pytest.approx((3 / 5) ** 0.5)


def test_labels_never_or_always_true_stay_finite():
    truth = torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    loss = RollUpLoss(truth, [[0], [1]], 1.0)
    assert loss(torch.zeros(2, 2), truth).isfinite().all()
    assert loss.fine_weight.isfinite().all()
    assert (loss.fine_weight > 0).all()


def test_better_logits_lose_less():
    loss = RollUpLoss(TRUTH, GROUPS, 0.5)
    right = TRUTH * 8 - 4
    losses = [loss(logits, TRUTH).mean() for logits in (right, torch.zeros(8, 3), -right)]
    assert losses == sorted(losses)


def row_loss(scores, weight):
    return RowLoss(RollUpLoss(TRUTH, GROUPS, 0.5), TRUTH, scores, weight)


def test_without_a_teacher_rows_are_held_to_their_labels():
    logits, rows = torch.randn(3, 3), torch.tensor([7, 0, 4])
    expected = RollUpLoss(TRUTH, GROUPS, 0.5)(logits, TRUTH[rows]).mean()
    torch.testing.assert_close(row_loss(None, 0.0)(logits, rows), expected)


def test_scores_are_weighed_against_labels_and_stand_alone_beyond_them():
    scores = torch.rand(10, 3)
    logits, rows = torch.randn(2, 3), torch.tensor([1, 9])
    labels = RollUpLoss(TRUTH, GROUPS, 0.5)
    first = 0.3 * labels(logits[:1], TRUTH[1:2]) + 0.7 * labels.soft(logits[:1], scores[1:2])
    expected = (first + labels.soft(logits[1:], scores[9:])).sum() / 2
    torch.testing.assert_close(row_loss(scores, 0.7)(logits, rows), expected)


def test_a_students_best_logits_are_its_teachers():
    scores = torch.rand(10, 3)
    logits = torch.logit(scores).requires_grad_()
    row_loss(scores, 1.0)(logits, torch.arange(10)).backward()
    assert logits.grad.abs().max() < 1e-6
