"""The loss is the binary cross-entropy it claims to be, over fine and rolled-up labels."""

import pytest
import torch
from torch.nn.functional import logsigmoid

from emotag_model.labels import default_labels
from emotag_model.training.loss import PlainLoss, RollUpLoss, RowLoss

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


HEADS = {"goemotions": slice(0, 28), "basic": slice(28, 35)}
BOTH = torch.zeros(6, 35)
BOTH[[0, 1, 2], [3, 9, 27]] = 1.0  # three rows in the words of the one, two in those of the other, one in both
BOTH[[3, 4], [28, 34]] = 1.0
BOTH[5, [27, 34]] = 1.0


def heads():
    """Return each head's loss, weighed by the rows that are labelled in its words."""
    members = default_labels().taxonomy("ekman").members
    return RollUpLoss(BOTH[[0, 1, 2, 5], :28], members, 0.5), PlainLoss(BOTH[[3, 4, 5], 28:])


def test_without_a_teacher_rows_are_held_to_their_labels():
    logits, rows = torch.randn(3, 35), torch.tensor([5, 0, 4])
    fine, plain = heads()
    expected = fine(logits[:2, :28], BOTH[[5, 0], :28]).sum() + plain(logits[[0, 2], 28:], BOTH[[5, 4], 28:]).sum()
    torch.testing.assert_close(RowLoss(HEADS, BOTH, 0.5)(logits, rows), expected / 3)


def test_scores_are_weighed_against_labels_and_stand_alone_beyond_them():
    scores, logits = torch.rand(8, 35), torch.randn(2, 35)
    fine, plain = heads()
    taught = [
        fine.soft(logits[:, :28], scores[[1, 7], :28]).sum() * torch.tensor(1.0),
        plain.soft(logits[:, 28:], scores[[1, 7], 28:]).sum(),
    ]
    held = 0.3 * fine(logits[:1, :28], BOTH[1:2, :28]) - 0.3 * fine.soft(logits[:1, :28], scores[1:2, :28])
    expected = (taught[0] + taught[1] + held.sum()) / 2
    found = RowLoss(HEADS, BOTH, 0.5, scores, 0.7)(logits, torch.tensor([1, 7]))
    torch.testing.assert_close(found, expected)


def test_the_words_of_basic_weigh_as_much_as_is_asked_for():
    logits, rows, scores = torch.randn(3, 35), torch.tensor([0, 4, 7]), torch.rand(8, 35)
    none, half, whole = (RowLoss(HEADS, BOTH, 0.5, scores, 0.7, basic)(logits, rows) for basic in (0.0, 0.5, 1.0))
    torch.testing.assert_close(half, (none + whole) / 2)
    torch.testing.assert_close(none, RowLoss({"goemotions": slice(0, 28)}, BOTH, 0.5, scores, 0.7)(logits, rows))


def test_a_students_best_logits_are_its_teachers():
    scores = torch.rand(8, 35)
    logits = torch.logit(scores).requires_grad_()
    RowLoss(HEADS, BOTH, 0.5, scores, 1.0)(logits, torch.arange(8)).backward()
    assert logits.grad.abs().max() < 1e-6


def test_a_head_without_rows_costs_nothing():
    logits = torch.randn(2, 35).requires_grad_()
    RowLoss(HEADS, BOTH[:3], 0.5)(logits, torch.tensor([0, 2])).backward()
    assert logits.grad[:, :28].abs().max() > 0
    assert logits.grad[:, 28:].abs().max() == 0
