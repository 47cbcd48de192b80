"""The CNN-BiSRU network: its sizes, the trainable module and the folded inference path."""

from emotag_model.network.cnn_bisru import CnnBiSru
from emotag_model.network.config import CnnBiSruConfig
from emotag_model.network.folded import FoldedCnnBiSru

__all__ = ["CnnBiSru", "CnnBiSruConfig", "FoldedCnnBiSru"]
