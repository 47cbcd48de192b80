"""One GPU as the CUDA predictor uses it: two streams, events, graphs, memory. Never run on one by its authors."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Protocol, cast

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from torch import Tensor

    from emotag_model.network.bucket import Bucket


class Moment(Protocol):
    """A point in a stream's work that can be waited for."""

    def synchronize(self) -> object:
        """Let the host wait for it."""


class Accelerator(Protocol):
    """What the predictor asks of a device; tests have one that keeps the order of what it is told, on the CPU."""

    device: torch.device

    def host_memory(self, count: int, dtype: torch.dtype) -> Tensor:
        """Memory of the host that copies read and write while it computes."""

    def copying(self) -> AbstractContextManager[object]:
        """What is queued within goes to the stream of copies to the device."""

    def computing(self) -> AbstractContextManager[object]:
        """What is queued within goes to the stream of computations."""

    def mark(self) -> Moment:
        """The point that the current stream has been told to come to."""

    def after(self, moment: Moment) -> None:
        """Let what is queued next on the current stream wait for a moment; the host goes on."""

    def capture(self, compute: Callable[[], Tensor]) -> Callable[[], Tensor]:
        """Return what queues `compute` as one graph, whose result is overwritten by the next call.

        Raises RuntimeError when it cannot be captured.
        """


class Gpu:
    """A CUDA device. All of it is for the thread of one replica.

    Attributes:
        device: Its torch device.
    """

    def __init__(self, index: int) -> None:
        """Open GPU number `index`."""
        self.device = torch.device("cuda", index)
        with torch.cuda.device(self.device):
            half = torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
            self._copies = torch.cuda.Stream(self.device)  # type: ignore[no-untyped-call]  # torch types it not
            self._computations = torch.cuda.Stream(self.device)  # type: ignore[no-untyped-call]  # as above
            self._graphs = torch.cuda.graph_pool_handle()  # one memory for all graphs, since they never run at once
        # Without its cache of narrowed weights: a graph that was captured with it would read what is gone.
        self._narrowing = torch.autocast("cuda", dtype=half, cache_enabled=False)

    def host_memory(self, count: int, dtype: torch.dtype) -> Tensor:
        """As `Accelerator.host_memory`: pinned."""
        return torch.empty(count, dtype=dtype, pin_memory=True)

    def copying(self) -> AbstractContextManager[object]:
        """As `Accelerator.copying`."""
        return self._on(self._copies)

    def computing(self) -> AbstractContextManager[object]:
        """As `Accelerator.computing`, in half precision where autocast holds it to be safe."""
        return self._on(self._computations)

    def mark(self) -> Moment:
        """As `Accelerator.mark`."""
        event = torch.cuda.Event()  # type: ignore[no-untyped-call]  # torch types it not
        event.record(torch.cuda.current_stream(self.device))
        return event

    def after(self, moment: Moment) -> None:
        """As `Accelerator.after`."""
        torch.cuda.current_stream(self.device).wait_event(cast("torch.cuda.Event", moment))  # they are all from `mark`

    def capture(self, compute: Callable[[], Tensor]) -> Callable[[], Tensor]:
        """As `Accelerator.capture`."""
        with self.computing():
            compute()  # compiles kernels and chooses algorithms, which no capture may
            self._computations.synchronize()
            graph = torch.cuda.CUDAGraph()
            # Other replicas' threads may allocate meanwhile, which the default mode forbids to all of the process.
            with torch.cuda.graph(
                graph, pool=self._graphs, stream=self._computations, capture_error_mode="thread_local"
            ):
                result = compute()

        def replay() -> Tensor:
            graph.replay()
            return result

        return replay

    @contextmanager
    def _on(self, stream: torch.cuda.Stream) -> Iterator[None]:
        with ExitStack() as stack:
            stack.enter_context(torch.inference_mode())
            stack.enter_context(torch.cuda.device(self.device))
            stack.enter_context(torch.cuda.stream(stream))
            stack.enter_context(self._narrowing)
            yield


class Staging:
    """Memory that one batch in flight lies in; grows to the largest bucket.

    Attributes:
        numbers: int64 on the host, for `Bucket.write`.
        numbers_there: As many on the device.
        logits: float32 [B, L] on the host.
        done: When the batch in it is computed and copied out; None where there is none.
        ticket: Number of that batch.
    """

    def __init__(self, accelerator: Accelerator) -> None:
        self.done: Moment | None = None
        self.ticket = 0
        self._accelerator = accelerator
        self._grow(0, 0, 0)

    def take(self, bucket: Bucket, labels: int) -> int:
        """Make it ready for a batch, and return what the batch is known by; one that nobody collected is given up."""
        if self.done is not None:
            self.done.synchronize()
            self.done = None
        if bucket.size > len(self.numbers) or bucket.messages > len(self.logits):
            size, messages = max(bucket.size, len(self.numbers)), max(bucket.messages, len(self.logits))
            self._grow(size, messages, labels)
        self.ticket += 1
        return self.ticket

    def _grow(self, size: int, messages: int, labels: int) -> None:
        accelerator = self._accelerator
        self.numbers = accelerator.host_memory(size, torch.int64)
        self.logits = accelerator.host_memory(messages * labels, torch.float32).view(messages, labels)
        with accelerator.copying():
            self.numbers_there = torch.empty(size, dtype=torch.int64, device=accelerator.device)
