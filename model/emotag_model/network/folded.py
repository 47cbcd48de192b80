"""The network folded for inference on a CPU: everything that depends on one word alone is looked up, not computed."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from emotag_model.network.cnn_bisru import CnnBiSru
from emotag_model.network.evidence import Readings, contributions
from emotag_model.network.folded_attention import FoldedAttention
from emotag_model.network.folded_conv import FoldedConv
from emotag_model.network.folded_sru import FoldedSru
from emotag_model.network.fused_classifier import fuse_classifier
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
                *fuse_classifier(network),
            )

    def predict(self, token_ids: Tensor, lengths: Tensor) -> Tensor:
        """Token ids [B, T] int64, padded with 0, and lengths [B] int64 in tokens → logits [B, label_count] float32.

        A message of length 0 gets finite logits that mean nothing.

        Raises:
            ValueError: the shapes do not match, or a length or an id is out of range.
        """
        check_batch(token_ids, lengths, self.conv.vocabulary_size)
        with torch.inference_mode():
            return torch.cat([self._compute(TokenBatch.of(*part)) for part in _parts(token_ids, lengths)])

    def explain(self, token_ids: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """As ``predict``, to the last bit, and the evidence [B, T, label_count]: what each token adds to each logit.

        The evidence takes a pass of its own, so that who does not ask for it does not pay for it.
        """
        logits = self.predict(token_ids, lengths)
        with torch.inference_mode():
            evidence = [self._evidence(*part) for part in _parts(token_ids, lengths)]
            return logits, torch.cat(evidence)

    def _compute(self, batch: TokenBatch) -> Tensor:
        convolved = self.conv(batch)
        states = self.sru(batch)
        read, _ = self.attention(states, batch)
        strongest = batch.pool(states).view(states.shape[1], 2, -1).amax(dim=1)
        return torch.addmm(self.bias, torch.cat([convolved, read, strongest], dim=1), self.classifier)

    def _evidence(self, token_ids: Tensor, lengths: Tensor) -> Tensor:
        batch = TokenBatch.of(token_ids, lengths)
        states = self.sru(batch)
        responses, weights = self.conv.responses(batch), self.attention(states, batch)[1]
        readings = Readings(responses.transpose(0, 1), states.transpose(0, 1), weights, batch.shares.t() > 0)
        evidence = contributions(readings, self.classifier)
        return functional.pad(evidence, (0, 0, 0, token_ids.shape[1] - evidence.shape[1]))


def _parts(token_ids: Tensor, lengths: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Split a batch [B, T] into parts of about ``_TOKENS_AT_ONCE`` tokens."""
    parts = math.ceil(token_ids.numel() / _TOKENS_AT_ONCE)
    return zip(token_ids.chunk(parts), lengths.chunk(parts), strict=True)
