"""The network folded for inference on a CPU: everything that depends on one word alone is looked up, not computed."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from emotag_model.network.cnn_bisru import CnnBiSru
from emotag_model.network.folded_attention import FoldedAttention
from emotag_model.network.folded_conv import FoldedConv
from emotag_model.network.folded_sru import FoldedSru
from emotag_model.network.token_batch import TokenBatch, check_batch

if TYPE_CHECKING:
    from collections.abc import Iterable

    from emotag_model.sru.layer import BiSru

# Tokens, padding included, computed at once (more if one message has more): enough to hide what an operation costs
# to start, few enough that what it writes is still in the cache when the next one reads it.
_TOKENS_AT_ONCE = 2048


@dataclass(frozen=True, eq=False, slots=True)
class FoldedCnnBiSru:
    """The same function as the ``CnnBiSru`` it is made from, to 1e-5, several times as fast.

    Immutable and without scratch memory: any number of threads may share one. Its tables take ``4·(K·C_1 + 8·D)``
    bytes per word of the vocabulary. float32: rounded to less, a sum would depend on what a message is batched with.

    Attributes:
        conv: the CNN channel.
        sru: the BiSRU channel.
        attention: queries and keys of the attention over its states.
        classifier: [C + N·H + D, label_count]; the attention's values and output projection are part of it.
        bias: [label_count].
    """

    conv: FoldedConv
    sru: FoldedSru
    attention: FoldedAttention
    classifier: Tensor
    bias: Tensor

    @classmethod
    def from_network(cls, network: CnnBiSru) -> Self:
        """Fold ``network``; what happens to it later has no effect here."""
        with torch.inference_mode():
            words = network.embedding.weight.float()
            return cls(
                FoldedConv.fold(words, cast("Iterable[nn.Conv1d]", network.conv.convs)),
                FoldedSru.fold(words, cast("Iterable[BiSru]", network.sru)),
                FoldedAttention.fold(network.attention),
                *_fold_classifier(network),
            )

    def predict(self, token_ids: Tensor, lengths: Tensor) -> Tensor:
        """Token ids [B, T] int64, padded with 0, and lengths [B] int64 in tokens → logits [B, label_count] float32.

        A message of length 0 gets finite logits that mean nothing.

        Raises:
            ValueError: the shapes do not match, or a length or an id is out of range.
        """
        return self.explain(token_ids, lengths)[0]

    def explain(self, token_ids: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """As ``predict``, and the evidence [B, T]: the attention each token gets, summing to 1 over a message."""
        check_batch(token_ids, lengths, self.conv.vocabulary_size)
        parts = math.ceil(token_ids.numel() / _TOKENS_AT_ONCE)
        batches = zip(token_ids.chunk(parts), lengths.chunk(parts), strict=True)
        with torch.inference_mode():
            logits, evidence = zip(*(self._compute(*batch) for batch in batches), strict=True)
            return torch.cat(logits), torch.cat(evidence)

    def _compute(self, token_ids: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        batch = TokenBatch.of(token_ids, lengths)
        convolved = self.conv(batch)
        states = self.sru(batch)
        read, weights = self.attention(states, batch)
        strongest = batch.pool(states).view(len(token_ids), 2, -1).amax(dim=1)
        logits = torch.addmm(self.bias, torch.cat([convolved, read, strongest], dim=1), self.classifier)
        evidence = weights.mean(dim=1)
        return logits, functional.pad(evidence, (0, token_ids.shape[1] - evidence.shape[1]))


def _fold_classifier(network: CnnBiSru) -> tuple[Tensor, Tensor]:
    """Classifier and bias that read the heads' weighted states directly: ``W_c W_o W_v``, per head, in float64."""
    attention, classifier = network.attention, network.classifier
    size, conv_size = attention.output.in_features, network.config.conv_channels[-1]
    value, output, weight = (linear.weight.double() for linear in (attention.value, attention.output, classifier))
    before, attended, after = torch.split(weight, [conv_size, size, network.config.sru_size], dim=1)
    projected = (attended @ output).view(len(weight), attention.heads, -1)  # [L, N, H / N]
    values = value.view(attention.heads, -1, size)  # [N, H / N, H]
    read = torch.einsum("lnd,ndh->lnh", projected, values).flatten(1)
    bias = attended @ (output @ attention.value.bias.double() + attention.output.bias.double()) + classifier.bias
    return torch.cat([before, read, after], dim=1).t().float().contiguous(), bias.float()
