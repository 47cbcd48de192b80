"""What computes a checkpoint: the native core, or torch, and how many replicas of it over which devices."""

from __future__ import annotations

import ctypes
import os
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from threading import Lock
from typing import TYPE_CHECKING

import structlog

from emotag_model.native.errors import LibraryMissingError, RefusedError
from emotag_model.native.model import NativeModel
from emotag_service.engine.devices import parse
from emotag_service.engine.errors import DeviceError
from emotag_service.engine.pool import ReplicaPlan
from emotag_service.engine.predictors.native import NativePredictor

if TYPE_CHECKING:
    from collections.abc import Callable

    from emotag_model.checkpoint import Checkpoint
    from emotag_service.engine.admission import TextEncoder
    from emotag_service.engine.devices import Device
    from emotag_service.engine.predictors.protocol import Predictor

log = structlog.get_logger("emotag.engine")


@dataclass(frozen=True)
class Plan:
    """How a checkpoint is computed.

    Attributes:
        encoder: Cuts texts.
        replicas: One for each device.
        computes: What computes, for people, such as "native avx512".
    """

    encoder: TextEncoder
    replicas: list[ReplicaPlan]
    computes: str


def make_plan(checkpoint: Checkpoint, devices: str) -> Plan:
    """Plan replicas over `devices`.

    Raises:
        DeviceError: It names a device that is not there, or nothing on this machine can compute the checkpoint.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    wanted = parse(devices, gpus=_gpus(), cores=cores)
    native = load_native(checkpoint)
    on_cpu = _native_builder(native) if native else _torch_builder(checkpoint)
    replicas = [ReplicaPlan(each.name, _builder(checkpoint, each, on_cpu)) for each in wanted]
    kinds = dict.fromkeys(each.kind for each in wanted)
    computes = " and ".join((native.name if native else "torch") if kind == "cpu" else kind for kind in kinds)
    return Plan(native.encoder if native else checkpoint.tokenizer, replicas, computes)


def load_native(checkpoint: Checkpoint) -> NativeModel | None:
    """Return the checkpoint as the native core computes it; None, and why in the log, where it cannot."""
    try:
        return NativeModel.load(checkpoint)
    except (LibraryMissingError, RefusedError) as error:
        log.warning("computing by torch", reason=str(error), cost="several times as slow, and more memory")
        return None


def _builder(checkpoint: Checkpoint, device: Device, on_cpu: Callable[[], Predictor]) -> Callable[[], Predictor]:
    return partial(_build_cuda, checkpoint, device.index) if device.kind == "cuda" else on_cpu


def _native_builder(native: NativeModel) -> Callable[[], Predictor]:
    return partial(NativePredictor, native.network)


def _torch_builder(checkpoint: Checkpoint) -> Callable[[], Predictor]:
    """Return what builds predictors that share one set of folded tables. Raises DeviceError where there is no torch."""
    if find_spec("torch") is None:
        raise DeviceError(
            "devices: neither the native core nor torch is here to compute on a CPU: install emotag again where a C++ "
            "compiler is (g++ or clang++), or pip install 'emotag[torch]'"
        )
    from emotag_model.network.folded import FoldedCnnBiSru  # noqa: PLC0415 - imports torch, seconds
    from emotag_service.engine.predictors.cpu import CpuPredictor  # noqa: PLC0415 - see above

    lock = Lock()
    folded: list[FoldedCnnBiSru] = []

    def build() -> Predictor:
        with lock:
            if not folded:
                folded.append(FoldedCnnBiSru.from_network(checkpoint.network()))
        return CpuPredictor(folded[0], checkpoint.config.label_count)

    return build


def _build_cuda(checkpoint: Checkpoint, index: int) -> Predictor:
    from emotag_service.engine.predictors.cuda import CudaPredictor  # noqa: PLC0415 - see _torch_builder

    return CudaPredictor(checkpoint.network(), checkpoint.config.label_count, index)


def _gpus() -> int:
    """Count the GPUs that torch can use; without NVIDIA's driver, or without torch, that takes no import."""
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        return 0
    if find_spec("torch") is None:
        log.warning("the GPU is not used", reason="there is no torch: pip install 'emotag[torch]'")
        return 0
    import torch  # noqa: PLC0415 - see _torch_builder

    return torch.cuda.device_count() if torch.cuda.is_available() else 0
