"""One network in training: its optimizer, its average, and the epochs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn.utils import clip_grad_norm_

from emotag_model.text.padding import pad
from emotag_model.training.average import WeightAverage
from emotag_model.training.batches import epoch_batches
from emotag_model.training.errors import TrainingError
from emotag_model.training.schedule import rate_share

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor, nn

    from emotag_model.evaluation import EncodedExamples
    from emotag_model.network import CnnBiSru
    from emotag_model.training.settings import TrainingSettings

_LARGEST_GRADIENT = 1.0


class Trainer:
    """Trains `network` on `examples`, epoch by epoch; the same arguments and state give the same weights."""

    def __init__(
        self, network: CnnBiSru, examples: EncodedExamples, loss: nn.Module, settings: TrainingSettings
    ) -> None:
        self.network = network
        self.average = WeightAverage(network, settings.average_decay)
        self.step = 0
        self._examples = examples
        self._truth = torch.from_numpy(examples.truth)
        self._loss = loss
        self._settings = settings
        self._words = [network.embedding.weight]
        self._others = [each for name, each in network.named_parameters() if not name.startswith("embedding.")]
        self._optimizer = self._build_optimizer()
        self._steps = settings.epochs * -(-len(examples) // settings.batch_size)

    def run_epoch(self, epoch: int, on_batch: Callable[[int], None]) -> float:
        """Train one epoch and return its mean loss; `on_batch` is told how many messages each batch had."""
        torch.manual_seed(self._settings.seed * 10_007 + epoch)  # dropout; per epoch, so that resuming repeats it
        self.network.train()
        lengths = [len(ids) for ids in self._examples.ids]
        total = 0.0
        for rows in epoch_batches(lengths, self._settings.batch_size, self._settings.seed, epoch):
            total += self._train_batch(rows.tolist()) * len(rows)
            on_batch(len(rows))
        return total / len(self._examples)

    def state(self) -> dict[str, Tensor]:
        """Return all tensors that training goes on from: weights, their average, the optimizer's moments."""
        tensors = {f"weights/{name}": each for name, each in self.network.state_dict().items()}
        tensors |= {f"average/{name}": each for name, each in self.average.network.state_dict().items()}
        for index, moments in self._optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer/{index}/{name}": each for name, each in moments.items()}
        return tensors

    def restore(self, tensors: dict[str, Tensor], step: int) -> None:
        """Go on from what `state` returned after `step` steps."""
        self.network.load_state_dict(_below(tensors, "weights/"))
        self.average.network.load_state_dict(_below(tensors, "average/"))
        moments: dict[int, dict[str, Tensor]] = {}
        for key, each in _below(tensors, "optimizer/").items():
            index, name = key.split("/")
            moments.setdefault(int(index), {})[name] = each
        self._optimizer.load_state_dict({**self._optimizer.state_dict(), "state": moments})
        self.step = step

    def _build_optimizer(self) -> torch.optim.AdamW:
        rate = self._settings.learning_rate
        groups = [
            {"params": self._words, "lr": rate, "share": self._settings.embedding_rate, "weight_decay": 0.0},
            {"params": self._others, "lr": rate, "share": 1.0, "weight_decay": self._settings.weight_decay},
        ]
        return torch.optim.AdamW(groups, betas=(0.9, 0.99))

    def _train_batch(self, rows: list[int]) -> float:
        for group in self._optimizer.param_groups:
            group["lr"] = self._settings.learning_rate * group["share"] * rate_share(self.step, self._steps)
        ids = [self._examples.ids[row][: self._settings.train_tokens] for row in rows]
        loss: Tensor = self._loss(self.network(*pad(ids)), self._truth[rows])
        self._optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        clip_grad_norm_(self._others, _LARGEST_GRADIENT)
        self._optimizer.step()
        self.step += 1
        self.average.update(self.step)
        return self._finite(float(loss.detach()))

    def _finite(self, loss: float) -> float:
        if loss != loss or loss in (float("inf"), float("-inf")):  # noqa: PLR0124 - only NaN differs from itself
            raise TrainingError(f"the loss is {loss} at step {self.step}; lower --learning-rate")
        return loss


def _below(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): each for name, each in tensors.items() if name.startswith(prefix)}
