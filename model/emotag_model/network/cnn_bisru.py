"""The trainable network: two channels over word vectors, CNN and BiSRU, fused and classified."""

from typing import TYPE_CHECKING, cast

import torch
from torch import Tensor, nn

from emotag_model.network.attention import PooledAttention
from emotag_model.network.config import CnnBiSruConfig
from emotag_model.network.conv_channel import ConvChannel
from emotag_model.network.evidence import Readings, contributions
from emotag_model.network.fused_classifier import fuse_classifier
from emotag_model.network.masking import masked_max, pooling_mask, token_mask
from emotag_model.sru.kernel_trial import kernels_serve
from emotag_model.sru.layer import BiSru
from emotag_model.sru.ragged import spanned_bisru

if TYPE_CHECKING:
    from collections.abc import Iterable

PADDING_ID = 0
UNKNOWN_ID = 1


class CnnBiSru(nn.Module):
    """Token ids → logits; a message's logits do not depend on what it was padded or batched with.

    ``embedding.weight`` [vocabulary_size, embedding_size] may be set from pre-trained vectors; what its row 0 holds is
    never read. Runs under autocast; nothing in it waits for the device, but for the trial of the SRU's kernels that the
    first batch on a GPU makes. It has never run on a GPU: both ways of computing the SRU are tested on a CPU.
    """

    def __init__(self, config: CnnBiSruConfig) -> None:
        super().__init__()
        self.config = config
        state_size = 2 * config.sru_size
        self.embedding = nn.Embedding(config.vocabulary_size, config.embedding_size, padding_idx=PADDING_ID)
        self.conv = ConvChannel(config)
        input_sizes = [config.embedding_size] + [state_size] * (config.sru_layers - 1)
        self.sru = nn.ModuleList(BiSru(size, config.sru_size) for size in input_sizes)
        self.attention = PooledAttention(state_size, config.attention_heads)
        self.dropout = nn.Dropout(config.dropout)
        self.embedding_dropout = nn.Dropout(config.embedding_dropout)
        self.classifier = nn.Linear(config.fusion_size, config.label_count)

    def forward(self, token_ids: Tensor, lengths: Tensor) -> Tensor:
        """Token ids [B, T] int64, padded with 0, and lengths [B] int64 in tokens → logits [B, label_count].

        A message of length 0 is read as one zero word vector: its logits are finite and mean nothing.
        """
        return self.read(token_ids, lengths)[0]

    def explain(self, token_ids: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """As ``forward``, and the evidence [B, T, label_count]: what each token adds to each logit."""
        logits, readings = self.read(token_ids, lengths)
        return logits, contributions(readings, fuse_classifier(self)[0])

    def read(self, token_ids: Tensor, lengths: Tensor) -> tuple[Tensor, Readings]:
        """As ``forward``, and what was pooled on the way."""
        mask, pooling = token_mask(lengths, token_ids.shape[1]), pooling_mask(lengths, token_ids.shape[1])
        embedded = self._embed(token_ids, mask)
        states = self._encode(embedded, mask, lengths)
        responses = self.conv.responses(embedded, mask)
        attended, weights = self.attention(states, pooling)
        strongest = masked_max(states, pooling).view(len(states), 2, -1).amax(dim=1)
        fused = torch.cat([responses.amax(dim=1), attended, strongest], dim=1)
        return self.classifier(self.dropout(fused)), Readings(responses, states, weights, pooling)

    def _embed(self, token_ids: Tensor, mask: Tensor) -> Tensor:
        if self.training and self.config.word_dropout:
            dropped = torch.rand(token_ids.shape, device=token_ids.device) < self.config.word_dropout
            token_ids = token_ids.masked_fill(dropped, UNKNOWN_ID)
        embedded: Tensor = self.embedding_dropout(self.embedding(token_ids))
        return embedded * mask.unsqueeze(-1)

    def _encode(self, embedded: Tensor, mask: Tensor, lengths: Tensor) -> Tensor:
        if kernels_serve(embedded.device):
            return self._encode_rows(embedded, lengths)
        states = embedded.transpose(0, 1)  # the SRU is time-major
        steps = mask.t()
        for layer in self.sru:
            states = self.dropout(layer(states, steps))
        return states.transpose(0, 1)

    def _encode_rows(self, embedded: Tensor, lengths: Tensor) -> Tensor:
        """Scan each message's rows where they lie: to pack them the host would have to wait for the lengths."""
        messages, steps, _ = embedded.shape
        starts = torch.arange(messages, device=embedded.device) * steps
        ends = starts + lengths.clamp(max=steps)
        states = embedded.flatten(0, 1)
        for layer in cast("Iterable[BiSru]", self.sru):
            states = self.dropout(spanned_bisru(states, starts, ends, layer.weights))
        return states.view(messages, steps, 2 * self.config.sru_size)
