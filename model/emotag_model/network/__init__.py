"""The CNN-BiSRU network: its sizes, which need no torch, the trainable module and the folded inference path."""
