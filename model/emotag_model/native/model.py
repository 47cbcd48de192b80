"""A checkpoint as the native core computes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self
from zlib import crc32

import numpy as np

from emotag_model.native.encoder import NativeEncoder
from emotag_model.native.folding import Folding
from emotag_model.native.network import NativeNetwork
from emotag_model.native.reading import Reading, read
from emotag_model.native.tables import character_table, word_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    from numpy.typing import NDArray

    from emotag_model.checkpoint import Checkpoint

KIND: Literal["float32", "float16"] = "float16"
"""Precision of the folded table that is served by.

Half of the memory and a quarter more messages a second, for one tag in 20,000 that differs and no figure that does
(`python -m tests.benchmarks.precision`)."""


@dataclass(frozen=True)
class NativeModel:
    """Encoder and network of one checkpoint. Any number of threads may share one; neither needs torch.

    Attributes:
        encoder: texts → ids, as the checkpoint's tokenizer gives them.
        network: ids → logits, as the checkpoint's network gives them.
    """

    encoder: NativeEncoder
    network: NativeNetwork

    @classmethod
    def load(cls, checkpoint: Checkpoint, kind: Literal["float32", "float16"] = KIND, kernel: str = "") -> Self:
        """Make one; tables are folded at the first load on a machine, and mapped from its cache at all others.

        `kernel` is as in `NativeNetwork`.

        Raises:
            LibraryMissingError: this installation has no library.
            RefusedError: the checkpoint's rules or sizes are not those that the core knows.
        """
        encoder = NativeEncoder(checkpoint.tokenizer, character_table())
        folding = Folding(checkpoint.config, checkpoint.weights)
        matrices = folding.matrices()
        # One that was changed in memory still has the digest of its files: what is behind the table tells them apart.
        key = f"{digest} {crc32(matrices.tobytes()):08x}" if (digest := checkpoint.identity.digest) else ""
        table = word_table(folding, key, kind)
        return cls(encoder, NativeNetwork(checkpoint.config, table, matrices, kernel=kernel))

    def read(self, texts: Sequence[str]) -> Reading:
        """Read B texts in one call without the GIL; the logits of a text without tokens mean nothing."""
        return read(self.encoder, self.network, texts)

    def explain(self, texts: Sequence[str]) -> tuple[Reading, list[NDArray[np.float32]]]:
        """As `read`, and for each text what each of its T tokens adds to each logit [T, F]."""
        ids, lengths, truncated = self.encoder.encode_all(texts)
        logits, evidence = self.network.explain(ids, lengths)
        return Reading(logits, lengths, truncated), np.split(evidence, np.cumsum(lengths)[:-1]) if len(texts) else []

    @property
    def name(self) -> str:
        """What computes, such as "native vnni"."""
        return f"native {self.network.kernel}"
