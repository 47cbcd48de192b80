"""The Simple Recurrent Unit (Lei et al., EMNLP 2018, arXiv 1709.02755), both ways: reference, fast path, layer."""

from emotag_model.sru.fast import bisru
from emotag_model.sru.layer import BiSru
from emotag_model.sru.naive import naive_bisru
from emotag_model.sru.weights import SruWeights

__all__ = ["BiSru", "SruWeights", "bisru", "naive_bisru"]
