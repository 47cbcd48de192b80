"""The CNN channel at inference: its first convolution is a sum of table rows, the others are shifted products."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from emotag_model.network.cnn_bisru import PADDING_ID
from emotag_model.network.token_batch import TokenBatch

# What the table adds for padding before a ReLU or a sigmoid: it leaves exactly 0 behind them, without a mask.
CLOSED = -1e30


@dataclass(frozen=True, eq=False, slots=True)
class FoldedConv:
    """The convolutions of a CNN channel over a vocabulary of V words.

    Attributes:
        table: [K·V, C_1]; row ``k·V + v`` is what word v adds through tap k of the first convolution. Padding adds
            nothing through the outer taps and closes the ReLU through the middle one.
        taps: for each further convolution its K matrices [K, C_in, C_out].
        biases: for each further convolution its bias [C_out].
        kernel_size: K.
    """

    table: Tensor
    taps: tuple[Tensor, ...]
    biases: tuple[Tensor, ...]
    kernel_size: int

    @property
    def vocabulary_size(self) -> int:
        """V."""
        return len(self.table) // self.kernel_size

    @classmethod
    def fold(cls, words: Tensor, convs: Iterable[nn.Conv1d]) -> Self:
        """Fold the word vectors [V, E] into the first of ``convs``; the bias goes into the middle tap."""
        first, *rest = convs
        table, middle = _word_table(words, first.weight), first.weight.shape[-1] // 2
        if first.bias is not None:
            table[middle] += first.bias
        table[:, PADDING_ID] = 0
        table[middle, PADDING_ID] = CLOSED
        taps = tuple(conv.weight.permute(2, 1, 0).clone(memory_format=torch.contiguous_format) for conv in rest)
        biases = tuple(table.new_zeros(conv.out_channels) if conv.bias is None else conv.bias.clone() for conv in rest)
        return cls(table.flatten(0, 1), taps, biases, len(table))

    def __call__(self, batch: TokenBatch) -> Tensor:
        """Strongest response of each filter of the last convolution: [B, C], 0 without a token."""
        hidden = self._before_last(batch)
        if not self.taps:
            return hidden.amax(dim=0)
        strongest = batch.pool(_convolve(hidden, self.taps[-1])).add_(self.biases[-1]).relu_()
        return strongest.mul_((batch.ids[0] != PADDING_ID).unsqueeze(-1))

    def responses(self, batch: TokenBatch) -> Tensor:
        """As the call, before the pooling: [T, B, C], 0 at padding."""
        hidden = self._before_last(batch)
        if not self.taps:
            return hidden.narrow(0, self.kernel_size // 2, len(batch.ids))
        responses = _convolve(hidden, self.taps[-1]).add_(self.biases[-1]).relu_()
        return responses * (batch.ids != PADDING_ID).unsqueeze(-1)

    def _before_last(self, batch: TokenBatch) -> Tensor:
        """What the last convolution reads, or the first's responses if there is only one: [T + K - 1, B, C]."""
        hidden = self._look_up(batch.ids)
        for taps, bias in zip(self.taps[:-1], self.biases[:-1], strict=True):
            responses = _convolve(hidden, taps).add_(bias).relu_() * (batch.ids != PADDING_ID).unsqueeze(-1)
            half = self.kernel_size // 2
            hidden = functional.pad(responses, (0, 0, 0, 0, half, half))
        return hidden

    def _look_up(self, ids: Tensor) -> Tensor:
        """Ids [T, B] → first convolution after its ReLU [T + K - 1, B, C_1], zero at padding and at both ends."""
        windows = functional.pad(ids, (0, 0, self.kernel_size - 1, self.kernel_size - 1)).unfold(0, self.kernel_size, 1)
        rows = windows + torch.arange(0, len(self.table), self.vocabulary_size)  # [T + K - 1, B, K]
        summed = functional.embedding_bag(rows.reshape(-1, self.kernel_size), self.table, mode="sum")
        return summed.relu_().view(*windows.shape[:2], -1)


def _word_table(words: Tensor, kernel: Tensor) -> Tensor:
    """Words [V, E] and kernel [C, E, K] → [K, V, C], without a second copy of what is the largest tensor here."""
    table = words.new_empty(kernel.shape[-1], len(words), len(kernel))
    for tap, rows in zip(kernel.unbind(-1), table, strict=True):
        torch.mm(words, tap.t(), out=rows)
    return table


def _convolve(hidden: Tensor, taps: Tensor) -> Tensor:
    """Hidden [T + K - 1, B, C_in] and taps [K, C_in, C_out] → [T, B, C_out].

    In a time-major tensor a shift by one step is an offset into the rows: no window is ever copied.
    """
    size = len(hidden) - len(taps) + 1
    total = torch.mm(hidden[:size].flatten(0, 1), taps[0])
    for shift, tap in enumerate(taps[1:], start=1):
        total.addmm_(hidden[shift : shift + size].flatten(0, 1), tap)
    return total.view(size, hidden.shape[1], -1)
