"""The network computed by the native core: ids of messages, without padding, to logits and evidence."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

import numpy as np

from emotag_model.native.folding import padded
from emotag_model.native.library import Library, load_library

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from emotag_model.network.config import CnnBiSruConfig


class NativeNetwork:
    """The same function as `FoldedCnnBiSru`. Any number of threads may share one; none holds the GIL.

    Logits are the same to 1e-5, but by "amx" and "vnni": they round where scores bear it, both alike, which moves
    logits by some hundredths at most (docs/decisions/precision.md).

    A message's logits are the same to the last bit whatever it is computed with.
    """

    def __init__(
        self,
        config: CnnBiSruConfig,
        table: NDArray[Any],
        matrices: NDArray[np.float32],
        *,
        kernel: str = "",
        library: Library | None = None,
    ) -> None:
        """Make one of what `Folding` folds.

        Args:
            config: the sizes.
            table: [vocabulary_size, row] in float32 or float16; it is kept, not copied.
            matrices: all other weights; they are copied.
            kernel: "amx", "vnni", "avx512", "avx2", "neon" or "portable"; the first of these that this machine runs
                unless given.
            library: another one than this installation's.

        Raises:
            LibraryMissingError: there is no library.
            RefusedError: sizes and weights contradict each other, or this machine has no such kernel.
        """
        self.library = library or load_library()
        self._table = np.ascontiguousarray(table)
        self.outputs = config.label_count
        self._state = config.sru_size
        sizes = np.array(_sizes(config, half=self._table.dtype == np.float16), np.int64)
        matrices = np.ascontiguousarray(matrices, np.float32)
        self.handle = self.library.attempt(
            "emotag_model_new",
            *(sizes.ctypes.data, len(sizes), matrices.ctypes.data, matrices.size),
            *(self._table.ctypes.data, self._table.nbytes, kernel.encode()),
        )
        self._finalizer = weakref.finalize(self, self.library.call, "emotag_model_free", self.handle)

    @property
    def table_bytes(self) -> int:
        """Size of the folded table."""
        return int(self._table.nbytes)

    @property
    def kernel(self) -> str:
        """What computes: the name of an instruction set."""
        name = self.library.call("emotag_model_kernel", self.handle)
        return name.decode() if isinstance(name, bytes) else ""

    def predict(self, ids: NDArray[np.int32], lengths: NDArray[np.int32]) -> NDArray[np.float32]:
        """Ids of B messages, one after the other, and lengths [B] → logits [B, outputs].

        A message of length 0 gets finite logits that mean nothing. Raises RefusedError for a length or an id that is
        out of range; id 0, padding, is.
        """
        return self._compute(ids, lengths, None)

    def explain(
        self, ids: NDArray[np.int32], lengths: NDArray[np.int32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """As `predict`, to the last bit, and the evidence [len(ids), outputs]: what each token adds to each logit."""
        evidence = np.empty((len(ids), self.outputs), np.float32)
        return self._compute(ids, lengths, evidence), evidence

    def states(self, ids: NDArray[np.int32], lengths: NDArray[np.int32]) -> NDArray[np.float32]:
        """As `predict`, of the BiSRU channel alone → its states [len(ids), 2, state], forward direction first.

        For tests and benchmarks: what it takes by itself, and whether it is right.
        """
        ids, lengths = np.ascontiguousarray(ids, np.int32), np.ascontiguousarray(lengths, np.int32)
        states = np.empty((len(ids), 2, padded(self._state)), np.float32)
        self.library.attempt(
            "emotag_model_states",
            *(self.handle, ids.ctypes.data, len(ids), lengths.ctypes.data, len(lengths), states.ctypes.data),
        )
        return states[..., : self._state]

    def _compute(
        self, ids: NDArray[np.int32], lengths: NDArray[np.int32], evidence: NDArray[np.float32] | None
    ) -> NDArray[np.float32]:
        ids, lengths = np.ascontiguousarray(ids, np.int32), np.ascontiguousarray(lengths, np.int32)
        logits = np.empty((len(lengths), self.outputs), np.float32)
        self.library.attempt(
            "emotag_model_logits",
            *(self.handle, ids.ctypes.data, len(ids), lengths.ctypes.data, len(lengths), logits.ctypes.data),
            None if evidence is None else evidence.ctypes.data,
        )
        return logits


def concatenate(texts: Iterable[Sequence[int]]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Ids of several texts → one after the other, and how many each has."""
    arrays = [np.asarray(ids, np.int32) for ids in texts]
    lengths = np.array([len(ids) for ids in arrays], np.int32)
    return np.concatenate([np.empty(0, np.int32), *arrays]), lengths


def _sizes(config: CnnBiSruConfig, *, half: bool) -> list[int]:
    return [
        config.vocabulary_size,
        config.label_count,
        config.kernel_size,
        config.sru_size,
        config.sru_layers,
        config.attention_heads,
        int(half),
        *config.conv_channels,
    ]
