"""The CNN-BiSRU network: its sizes, the trainable module and the folded inference path."""

from emotag_model.network.cnn_bisru import CnnBiSru
from emotag_model.network.config import CnnBiSruConfig

__all__ = ["CnnBiSru", "CnnBiSruConfig"]
