"""The trained network on a GPU. Written with care but never run on one by its authors' tests, which have none.

What the tests do cover, on a CPU: that the network runs under bf16 autocast, and the replica's use of two batches in
flight, with a scripted predictor.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import torch

from emotag_model.text.padding import pad
from emotag_service.engine.predictors.protocol import Prediction

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from emotag_model.network.cnn_bisru import CnnBiSru
    from emotag_model.text import Encoding
    from emotag_service.engine.predictors.protocol import TextEncoder


class CudaPredictor:
    """Launches on its own stream and returns at once: while one batch computes, the next is copied and queued.

    Host memory is pinned, so that copies overlap with compute; results are waited for by an event, not by stopping
    the device. Half precision (bf16 where the GPU has it, else fp16) is used inside, logits come out as float32.

    Attributes:
        label_count: Columns of the logits.
        depth: 2: one batch computes, one is prefetched.
    """

    depth = 2

    def __init__(self, encoder: TextEncoder, network: CnnBiSru, label_count: int, index: int) -> None:
        """Put the network on GPU number `index`. Called on the thread that will use it."""
        self.label_count = label_count
        self._encoder = encoder
        self._device = torch.device("cuda", index)
        with torch.cuda.device(self._device):
            self._half = torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
            self._stream = torch.cuda.Stream(self._device)  # type: ignore[no-untyped-call]  # torch types it not
        self._network: CnnBiSru | None = network.to(self._device).eval()

    def launch(self, texts: Sequence[str], *, evidence: bool) -> Callable[[], Prediction]:
        """Cut the texts and queue copy in, forward and copy out; returns what waits for them."""
        try:
            return self._launch([self._encoder.encode(text) for text in texts], evidence)
        except torch.OutOfMemoryError as error:
            raise MemoryError(str(error)) from error

    def close(self) -> None:
        """Let go of the weights and of what the allocator cached."""
        self._network = None
        torch.cuda.empty_cache()

    def _launch(self, found: Sequence[Encoding], evidence: bool) -> Callable[[], Prediction]:
        if self._network is None:
            raise RuntimeError("the predictor is closed")
        staged = [array.pin_memory() for array in pad([each.ids for each in found])]
        with torch.cuda.device(self._device), torch.cuda.stream(self._stream), torch.inference_mode():
            inputs = [array.to(self._device, non_blocking=True) for array in staged]
            with torch.autocast("cuda", dtype=self._half):
                outputs = self._network.explain(*inputs) if evidence else (self._network(*inputs),)
            results = [_to_pinned(output) for output in outputs]
            done = torch.cuda.Event()  # type: ignore[no-untyped-call]  # torch types it not
            done.record(self._stream)
        # `staged` travels along so that the pinned memory outlives the copies that read it.
        return partial(_collect, done, results, staged, found)


def _to_pinned(tensor: torch.Tensor) -> torch.Tensor:
    """Queue a copy to the host, as float32."""
    host = torch.empty(tensor.shape, dtype=torch.float32, pin_memory=True)
    return host.copy_(tensor.float(), non_blocking=True)


def _collect(
    done: torch.cuda.Event, results: list[torch.Tensor], staged: list[torch.Tensor], found: Sequence[Encoding]
) -> Prediction:
    try:
        done.synchronize()
    except torch.OutOfMemoryError as error:
        raise MemoryError(str(error)) from error
    staged.clear()
    # Copied out, since the pinned blocks go back to torch's cache as soon as nothing holds them.
    logits, *evidence = [result.numpy().copy() for result in results]
    lengths = np.array([len(each.ids) for each in found], np.int32)
    truncated = np.array([each.truncated for each in found], np.bool_)
    shown = [row[:length] for row, length in zip(evidence[0], lengths, strict=True)] if evidence else None
    return Prediction(logits, lengths, truncated, shown)
