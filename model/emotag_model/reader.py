"""Texts to logits in one call, by the native core or, where there is none, by torch."""

from __future__ import annotations

import logging
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol

from emotag_model.native.errors import LibraryMissingError, NativeError, RefusedError
from emotag_model.native.model import NativeModel

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from emotag_model.checkpoint import Checkpoint
    from emotag_model.native.reading import Reading

_LOG = logging.getLogger("emotag.model")


class Reader(Protocol):
    """A checkpoint, ready to read texts. Any number of threads may share one."""

    @property
    def name(self) -> str:
        """What computes, for people."""

    def read(self, texts: Sequence[str]) -> Reading:
        """Read B texts; one without any token has length 0, and logits that mean nothing."""

    def explain(self, texts: Sequence[str]) -> tuple[Reading, list[NDArray[np.float32]]]:
        """As `read`, and for each text what each of its T tokens adds to each logit [T, F]."""


def load_reader(checkpoint: Checkpoint) -> Reader:
    """Make a checkpoint ready: by the native core, else by torch, which says so once in the log.

    Raises NativeError, which names the fix, where there is neither.
    """
    try:
        return NativeModel.load(checkpoint)
    except (LibraryMissingError, RefusedError) as error:
        if find_spec("torch") is None:
            raise NativeError(
                f"neither the native core nor torch is here to compute by: install emotag again where a C++ compiler "
                f"is (g++ or clang++), or pip install 'emotag[torch]' ({error})"
            ) from error
        _LOG.warning("computing by torch, several times as slow: %s", error)
    from emotag_model.network.reader import TorchReader  # noqa: PLC0415 - imports torch, seconds

    return TorchReader(checkpoint)
