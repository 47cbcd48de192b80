"""Evidence: it accounts for the logits, credits whoever reached a maximum, and shares between those who tie."""

import torch
from torch import Tensor

from emotag_model.network.evidence import Readings, contributions

HEADS, D, C, L = 2, 3, 4, 5
CLASSIFIER_ROWS = C + HEADS * 2 * D + D


def make_readings(lengths: list[int], steps: int) -> Readings:
    torch.manual_seed(1)
    pooling = torch.arange(steps) < torch.tensor(lengths).unsqueeze(1)
    keep = pooling.unsqueeze(2)
    weights = torch.rand(len(lengths), HEADS, steps).masked_fill(~pooling.unsqueeze(1), 0)
    return Readings(
        responses=torch.randn(len(lengths), steps, C).relu() * keep,
        states=torch.randn(len(lengths), steps, 2 * D) * keep,
        weights=weights / weights.sum(dim=2, keepdim=True),
        pooling=pooling,
    )


def pooled(readings: Readings) -> Tensor:
    """What the classifier reads, one message after the other, without a mask."""
    rows = []
    for responses, states, weights, pooling in zip(*readings, strict=True):
        own = states[pooling]
        strongest = own.amax(dim=0).view(2, -1).amax(dim=0)
        rows.append(torch.cat([responses[pooling].amax(dim=0), (weights[:, pooling] @ own).flatten(), strongest]))
    return torch.stack(rows)


def plain(tokens: int) -> Readings:
    """Readings of one message without anything in them."""
    return Readings(
        torch.zeros(1, tokens, C),
        torch.zeros(1, tokens, 2 * D),
        torch.full((1, HEADS, tokens), 1 / tokens),
        torch.ones(1, tokens, dtype=torch.bool),
    )


def test_it_sums_to_what_the_classifier_makes_of_the_pooled_readings() -> None:
    readings, classifier = make_readings([7, 1, 4], 9), torch.randn(CLASSIFIER_ROWS, L)
    found = contributions(readings, classifier)
    assert found.shape == (3, 9, L)
    torch.testing.assert_close(found.sum(dim=1), pooled(readings) @ classifier, atol=1e-5, rtol=1e-5)
    assert not found[~readings.pooling].any()


def test_a_message_does_not_change_its_neighbour() -> None:
    readings, classifier = make_readings([7, 1, 4], 9), torch.randn(CLASSIFIER_ROWS, L)
    alone = contributions(Readings(*(part[1:2] for part in readings)), classifier)
    torch.testing.assert_close(alone[0], contributions(readings, classifier)[1])


def test_a_response_is_credited_to_the_token_that_it_stands_at() -> None:
    readings, classifier = plain(4), torch.zeros(CLASSIFIER_ROWS, L)
    readings.responses[0, 2, 1] = 6.0
    classifier[1] = torch.tensor([1.0, -1.0, 0.5, 0.0, 2.0])
    expected = torch.zeros(4, L)
    expected[2] = 6 * classifier[1]
    torch.testing.assert_close(contributions(readings, classifier)[0], expected, atol=1e-6, rtol=0)


def test_a_state_is_credited_through_the_heads_that_read_it() -> None:
    readings, classifier = plain(2), torch.zeros(CLASSIFIER_ROWS, L)
    readings.states[0, :, 0] = torch.tensor([3.0, 1.0])
    readings.weights[0] = torch.tensor([[0.25, 0.75], [1.0, 0.0]])
    classifier[C, 0], classifier[C + 2 * D, 1] = 2.0, 1.0  # what the first and the second head read there
    expected = torch.tensor([[3 * 0.25 * 2, 3.0], [1 * 0.75 * 2, 0.0]])
    torch.testing.assert_close(contributions(readings, classifier)[0, :, :2], expected)


def test_the_strongest_state_of_either_direction_is_credited() -> None:
    readings, classifier = plain(3), torch.zeros(CLASSIFIER_ROWS, L)
    readings.states[0, 1, 2], readings.states[0, 2, D + 2] = 4.0, 9.0  # forward and backward, same place
    classifier[-1, 3] = 1.0
    torch.testing.assert_close(contributions(readings, classifier)[0, :, 3], torch.tensor([0.0, 0.0, 9.0]))


def test_equal_responses_share_their_credit_and_rounding_does_not_choose() -> None:
    readings, classifier = plain(3), torch.zeros(CLASSIFIER_ROWS, L)
    readings.responses[0, :, 0] = torch.tensor([2.0, 2.0, 0.0])
    classifier[0, 0] = 1.0
    even = contributions(readings, classifier)[0, :, 0]
    readings.responses[0, 1, 0] += 1e-6
    uneven = contributions(readings, classifier)[0, :, 0]
    torch.testing.assert_close(even[:2], torch.ones(2), atol=0.01, rtol=0)
    torch.testing.assert_close(uneven, even, atol=1e-5, rtol=0)


def test_half_precision_readings_give_single_precision_evidence() -> None:
    readings, classifier = make_readings([5, 2], 5), torch.randn(CLASSIFIER_ROWS, L)
    halved = Readings(*(part.bfloat16() for part in readings[:3]), readings.pooling)
    found = contributions(halved, classifier)
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, contributions(readings, classifier), atol=0.1, rtol=0.1)
