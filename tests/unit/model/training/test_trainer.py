"""Training is repeatable to the bit, can be put down and taken up, and learns."""

import numpy as np
import pytest
import torch

from emotag_model.evaluation.encoded import EncodedExamples
from emotag_model.network.cnn_bisru import CnnBiSru
from emotag_model.network.config import CnnBiSruConfig
from emotag_model.training.errors import TrainingError
from emotag_model.training.loss import RowLoss
from emotag_model.training.trainer import Group, Trainer
from tests.unit.model.training.datafolder import tiny_settings


@pytest.fixture
def examples():
    random = np.random.default_rng(0)
    ids = [random.integers(2, 20, random.integers(1, 9)).tolist() for _ in range(50)]
    truth = np.zeros((50, 2), np.float32)
    truth[np.arange(50), [int(3 in row) for row in ids]] = 1
    return EncodedExamples(ids, truth)


def make_trainer(examples, **changes):
    settings = tiny_settings(**changes)
    torch.manual_seed(settings.seed)
    sizes = {"vocabulary_size": 20, "embedding_size": 6, "label_count": 2, "sru_size": 4, "attention_heads": 2}
    network = CnnBiSru(CnnBiSruConfig(**sizes, conv_channels=(4, 4), dropout=settings.dropout))
    truth = torch.from_numpy(examples.truth)
    loss = RowLoss({"basic": slice(0, 2)}, truth, 0.5)
    groups = [Group("embedding.", settings.embedding_rate, clipped=False), Group("", 1.0, settings.weight_decay)]
    return Trainer(network, examples.ids, loss, settings, groups)


def run(trainer, epochs):
    return [trainer.run_epoch(epoch, lambda _: None) for epoch in epochs]


def assert_same(first, second):
    ours, theirs = first.state(), second.state()
    assert ours.keys() == theirs.keys()
    assert [name for name, each in ours.items() if not torch.equal(each, theirs[name])] == []


def test_the_same_run_gives_the_same_weights(examples):
    first, second = make_trainer(examples), make_trainer(examples)
    assert run(first, [1, 2]) == run(second, [1, 2])
    assert_same(first, second)


@pytest.mark.parametrize("changes", [{"seed": 2}, {"embedding_rate": 0.1}, {"average_decay": 0.1}])
def test_settings_matter(examples, changes):
    first, second = make_trainer(examples), make_trainer(examples, **changes)
    run(first, [1])
    run(second, [1])
    ours, theirs = first.state(), second.state()
    assert any(not torch.equal(each, theirs[name]) for name, each in ours.items())


def test_put_down_and_taken_up_it_ends_the_same(examples):
    whole, first, second = (make_trainer(examples) for _ in range(3))
    run(whole, [1, 2, 3])
    run(first, [1])
    kept = {name: each.clone() for name, each in first.state().items()}
    run(first, [2])  # work that a kill loses
    second.restore(kept, whole.step // 3)
    run(second, [2, 3])
    assert_same(whole, second)
    assert second.step == whole.step == 3 * 4


def test_it_learns(examples):
    losses = run(make_trainer(examples, epochs=12), range(1, 13))
    assert losses[-1] < 0.6 * losses[0]


def test_every_message_is_told(examples):
    told = []
    make_trainer(examples).run_epoch(1, told.append)
    assert sum(told) == 50
    assert len(told) == 4


def test_long_messages_are_cut(examples):
    seen = []
    trainer = make_trainer(examples, train_tokens=3)
    trainer.network.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0].shape[1]))
    run(trainer, [1])
    assert max(seen) == 3


def test_padding_never_moves(examples):
    trainer = make_trainer(examples)
    before = trainer.network.embedding.weight[0].clone()
    run(trainer, [1])
    assert torch.equal(trainer.network.embedding.weight[0], before)


def test_a_loss_that_runs_away_stops_the_run(examples):
    trainer = make_trainer(examples)
    with torch.no_grad():
        trainer.network.classifier.bias.fill_(float("nan"))
    with pytest.raises(TrainingError, match=r"the loss is nan at step 1; lower --learning-rate"):
        run(trainer, [1])


def test_what_has_no_share_stays_as_it_is(examples):
    settings = tiny_settings()
    trainer = make_trainer(examples)
    truth = torch.from_numpy(examples.truth)
    groups = [Group("embedding.", 0.0), Group("", 1.0)]
    loss = RowLoss({"basic": slice(0, 2)}, truth, 0.5)
    frozen = Trainer(trainer.network, examples.ids, loss, settings, groups)
    before = {name: each.clone() for name, each in frozen.network.state_dict().items()}
    run(frozen, [1])
    moved = {name for name, each in frozen.network.state_dict().items() if not torch.equal(each, before[name])}
    assert "embedding.weight" not in moved
    assert "classifier.bias" in moved
