"""The trained network on a GPU, by a CUDA graph per size of batch. Never run on one by its authors, who have none.

What the tests do cover, on a CPU: sizes and layout of batches, the ragged network and its kernels (by Triton's
interpreter), the order of copies and computations of two batches in flight, and what is done where a graph or a kernel
fails; with an accelerator that does at once what it is told.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import structlog
import torch

from emotag_model.network.bucket import Bucket
from emotag_model.network.ragged import RaggedCnnBiSru
from emotag_model.text.padding import pad
from emotag_service.engine.predictors.gpu import Staging
from emotag_service.engine.predictors.protocol import Prediction

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType

    from numpy.typing import NDArray
    from torch import Tensor

    from emotag_model.network.cnn_bisru import CnnBiSru
    from emotag_model.text import Encoding
    from emotag_service.engine.predictors.gpu import Accelerator, Moment
    from emotag_service.engine.predictors.protocol import TextEncoder

log = structlog.get_logger("emotag.engine")


class CudaPredictor:
    """Launches and returns at once: while one batch computes, the next is cut, copied and queued.

    Batches go over without padding, in buckets of tokens and messages; a bucket's graph is captured when the first
    batch needs it. Where it cannot be captured, the same is queued step by step, and the log says so once. Explanations
    are computed padded. Half precision (bf16 where the GPU has it, else fp16) is used inside; logits are float32.

    Attributes:
        label_count: Columns of the logits.
        depth: 2: one batch computes, one is prefetched.
    """

    depth = 2

    def __init__(
        self,
        encoder: TextEncoder,
        network: CnnBiSru,
        accelerator: Accelerator,
        spans: ModuleType | None,
    ) -> None:
        """Put the network on the accelerator. Called on the thread that will use it.

        `spans` is what the ragged network computes by, or None where no kernel serves: then all is computed padded.
        """
        self.label_count = network.config.label_count
        self._encoder = encoder
        self._accelerator = accelerator
        self._network: CnnBiSru | None = network.to(accelerator.device).eval()
        placed = accelerator.mark()
        with accelerator.computing():
            accelerator.after(placed)  # weights came on another stream
            self._ragged = RaggedCnnBiSru(self._network, spans) if spans else None
        self._stagings = [Staging(accelerator) for _ in range(self.depth)]
        self._steps: dict[Bucket, _Step] = {}
        self._captures = True

    def launch(self, texts: Sequence[str], *, evidence: bool) -> Callable[[], Prediction]:
        """Cut the texts and queue copy in, computation and copy out; returns what waits for them."""
        if self._network is None:
            raise RuntimeError("the predictor is closed")
        found = [self._encoder.encode(text) for text in texts]
        try:
            if evidence or self._ragged is None:
                return self._launch_padded(self._network, found, evidence=evidence)
            return self._launch_ragged(self._ragged, found)
        except torch.OutOfMemoryError as error:
            raise MemoryError(str(error)) from error

    def close(self) -> None:
        """Let go of the weights, of the graphs and of what the allocator cached."""
        self._network = self._ragged = None
        self._steps.clear()
        self._stagings.clear()
        torch.cuda.empty_cache()

    def _launch_ragged(self, ragged: RaggedCnnBiSru, found: Sequence[Encoding]) -> Callable[[], Prediction]:
        texts = [each.ids for each in found]
        bucket = Bucket.of(texts)
        step = self._steps.get(bucket) or self._steps.setdefault(bucket, self._step(ragged, bucket))
        staging = self._stagings[0]
        self._stagings.reverse()  # the other one is for the next
        ticket = staging.take(bucket, self.label_count)
        bucket.write(texts, staging.numbers[: bucket.size])
        accelerator = self._accelerator
        with accelerator.copying():
            there = staging.numbers_there[: bucket.size]
            there.copy_(staging.numbers[: bucket.size], non_blocking=True)
            copied = accelerator.mark()
        with accelerator.computing():
            accelerator.after(copied)
            step.numbers.copy_(there)
            # Copied out on the same stream, so that the next batch cannot overwrite the result of a graph before.
            staging.logits[: bucket.messages].copy_(step.compute(), non_blocking=True)
            staging.done = accelerator.mark()
        return partial(_collect, staging, ticket, found)

    def _step(self, ragged: RaggedCnnBiSru, bucket: Bucket) -> _Step:
        """Make what computes a bucket: by a graph, or step by step where there can be none."""
        with self._accelerator.computing():
            numbers = torch.zeros(bucket.size, dtype=torch.int64, device=self._accelerator.device)
        compute = partial(ragged, bucket.split(numbers))
        if self._captures:
            try:
                return _Step(numbers, self._accelerator.capture(compute))
            except torch.OutOfMemoryError:
                raise
            except RuntimeError as error:
                self._captures = False
                # Its words may be said: what was captured are zeros, and no message that they could quote.
                log.warning("computing without CUDA graphs", device=str(self._accelerator.device), error=str(error))
        return _Step(numbers, compute)

    def _launch_padded(
        self, network: CnnBiSru, found: Sequence[Encoding], *, evidence: bool
    ) -> Callable[[], Prediction]:
        accelerator = self._accelerator
        with accelerator.computing():
            inputs = [array.to(accelerator.device) for array in pad([each.ids for each in found])]
            outputs = network.explain(*inputs) if evidence else (network(*inputs),)
            done = accelerator.mark()
        return partial(_collect_padded, done, outputs, found)


class _Step:
    """One bucket's computation, from where its numbers lie.

    Attributes:
        numbers: int64 [bucket.size] on the device.
        compute: Queues it and returns logits [B, L], which the next call may overwrite.
    """

    def __init__(self, numbers: Tensor, compute: Callable[[], Tensor]) -> None:
        self.numbers = numbers
        self.compute = compute


def _collect(staging: Staging, ticket: int, found: Sequence[Encoding]) -> Prediction:
    if staging.ticket != ticket or staging.done is None:
        raise RuntimeError("the batch was given up for a later one: no more than two are in flight")
    _wait(staging.done)
    staging.done = None
    return _prediction(found, staging.logits[: len(found)].numpy().copy(), None)


def _collect_padded(done: Moment, outputs: tuple[Tensor, ...], found: Sequence[Encoding]) -> Prediction:
    _wait(done)
    logits, *evidence = [output.float().cpu() for output in outputs]
    shown = [row[: len(each.ids)].numpy() for row, each in zip(evidence[0], found, strict=True)] if evidence else None
    return _prediction(found, logits.numpy(), shown)


def _wait(done: Moment) -> None:
    try:
        done.synchronize()
    except torch.OutOfMemoryError as error:
        raise MemoryError(str(error)) from error


def _prediction(
    found: Sequence[Encoding], logits: NDArray[np.float32], evidence: Sequence[NDArray[np.float32]] | None
) -> Prediction:
    lengths = np.array([len(each.ids) for each in found], np.int32)
    return Prediction(logits, lengths, np.array([each.truncated for each in found], np.bool_), evidence)
