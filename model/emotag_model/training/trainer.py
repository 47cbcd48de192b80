"""One network in training: its optimizer, its average, and the epochs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch.nn.utils import clip_grad_norm_

from emotag_model.text.padding import pad
from emotag_model.training.average import WeightAverage
from emotag_model.training.batches import epoch_batches
from emotag_model.training.errors import TrainingError
from emotag_model.training.schedule import rate_share

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import Tensor, nn

    from emotag_model.training.pace import Pace

_LARGEST_GRADIENT = 1.0


@dataclass(frozen=True)
class Group:
    """How the parameters are trained whose names begin with `prefix`.

    Attributes:
        prefix: Of their names; empty takes all that are left.
        share: Of the learning rate; 0 leaves them as they are.
        clipped: Whether their gradients count in what is clipped.
    """

    prefix: str
    share: float
    weight_decay: float = 0.0
    clipped: bool = True


class Trainer:
    """Trains `network` on rows of token ids, epoch by epoch; the same arguments and state give the same weights."""

    def __init__(
        self, network: nn.Module, ids: Sequence[Sequence[int]], loss: nn.Module, pace: Pace, groups: Sequence[Group]
    ) -> None:
        """Make one.

        Args:
            network: Token ids [B, T], padded with 0, and lengths [B] → logits [B, F].
            ids: Of N messages.
            loss: Logits [B, F] and the numbers of their rows [B] → the mean loss.
            pace: Rates, sizes, seed.
            groups: The first whose prefix fits decides how a parameter is trained.
        """
        self.network = network
        self.average = WeightAverage(network, pace.average_decay)
        self.step = 0
        self._ids = ids
        self._loss = loss
        self._pace = pace
        self._clipped: list[nn.Parameter] = []
        self._optimizer = torch.optim.AdamW(self._parameters(groups), betas=(0.9, 0.99), fused=True)
        self._cycle = (pace.cycle_epochs or pace.epochs) * -(-len(ids) // pace.batch_size)  # steps

    def run_epoch(self, epoch: int, on_batch: Callable[[int], None]) -> float:
        """Train one epoch and return its mean loss; `on_batch` is told how many messages each batch had."""
        torch.manual_seed(self._pace.seed * 10_007 + epoch)  # dropout; per epoch, so that resuming repeats it
        self.network.train()
        lengths = [len(ids) for ids in self._ids]
        total = 0.0
        for rows in epoch_batches(lengths, self._pace.batch_size, self._pace.seed, epoch):
            total += self._train_batch(rows.tolist()) * len(rows)
            on_batch(len(rows))
        return total / len(self._ids)

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

    def _parameters(self, groups: Sequence[Group]) -> list[dict[str, Any]]:
        """Part the network's parameters into the optimizer's groups; those that are not trained are in none."""
        parted: dict[Group, list[nn.Parameter]] = {}
        for name, parameter in self.network.named_parameters():
            group = next(each for each in groups if name.startswith(each.prefix))
            parameter.requires_grad_(group.share > 0)
            if group.share > 0:
                parted.setdefault(group, []).append(parameter)
            if group.share > 0 and group.clipped:
                self._clipped.append(parameter)
        rate = self._pace.learning_rate
        return [
            {"params": parted[each], "lr": rate, "share": each.share, "weight_decay": each.weight_decay}
            for each in groups
            if each in parted
        ]

    def _train_batch(self, rows: list[int]) -> float:
        for group in self._optimizer.param_groups:
            group["lr"] = self._pace.learning_rate * group["share"] * rate_share(self.step % self._cycle, self._cycle)
        ids = [self._ids[row][: self._pace.train_tokens] for row in rows]
        loss: Tensor = self._loss(self.network(*pad(ids)), torch.tensor(rows))
        self._optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        clip_grad_norm_(self._clipped, _LARGEST_GRADIENT)
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
