"""The CNN channel: convolutions over the word vectors, pooled to the strongest response of each filter."""

from itertools import pairwise

from torch import Tensor, nn

from emotag_model.network.config import CnnBiSruConfig


class ConvChannel(nn.Module):
    """``conv → ReLU → conv → ReLU → masked max-pool`` over time."""

    def __init__(self, config: CnnBiSruConfig) -> None:
        super().__init__()
        sizes = (config.embedding_size, *config.conv_channels)
        self.convs = nn.ModuleList(
            nn.Conv1d(size, channels, config.kernel_size, padding=config.kernel_size // 2)
            for size, channels in pairwise(sizes)
        )
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, embedded: Tensor, mask: Tensor) -> Tensor:
        """Word vectors [B, T, E], zero at padding, and mask [B, T], True at tokens → [B, C], 0 without a token."""
        return self.responses(embedded, mask).amax(dim=1)

    def responses(self, embedded: Tensor, mask: Tensor) -> Tensor:
        """As ``forward``, before the pooling: [B, T, C], 0 at padding."""
        hidden = embedded.transpose(1, 2)  # [B, E, T]
        keep = mask.unsqueeze(1)
        for index, conv in enumerate(self.convs):
            if index:
                hidden = self.dropout(hidden)
            # A bias makes padding respond too: what the next window, or the maximum, sees there has to be zero again,
            # or the result would depend on how far the message was padded.
            hidden = conv(hidden).relu() * keep
        return hidden.transpose(1, 2)
