"""The CNN channel: convolutions over the word vectors, pooled to the strongest response of each filter."""

from itertools import pairwise

from torch import Tensor, nn

from emotag_model.network.config import CnnBiSruConfig
from emotag_model.network.masking import masked_max


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

    def forward(self, embedded: Tensor, mask: Tensor, pooling: Tensor) -> Tensor:
        """Word vectors [B, T, E], zero at padding, and the two masks [B, T] → [B, C]."""
        hidden = embedded.transpose(1, 2)  # [B, E, T]
        keep = mask.unsqueeze(1)
        for index, conv in enumerate(self.convs):
            if index:
                # A bias makes padding respond too: what the next window sees there has to be zero again,
                # or a message's last tokens would depend on how far it was padded.
                hidden = self.dropout(hidden) * keep
            hidden = conv(hidden).relu()
        return masked_max(hidden.transpose(1, 2), pooling)
