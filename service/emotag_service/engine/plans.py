"""What computes a checkpoint: the native core, or torch, and how many replicas of it over which devices."""

from __future__ import annotations

import ctypes
import os
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING

import structlog

from emotag_model.native.encoder import NativeEncoder
from emotag_model.native.errors import NativeError
from emotag_model.native.model import NativeModel
from emotag_model.native.scores import native_taxonomy
from emotag_model.native.tables import character_table
from emotag_model.reader import load_reader
from emotag_service.engine.devices import parse
from emotag_service.engine.errors import DeviceError
from emotag_service.engine.model import Model, ReplicaPlan
from emotag_service.engine.predictors.reader import ReaderPredictor

if TYPE_CHECKING:
    from emotag_model.checkpoint import Checkpoint
    from emotag_model.labels import Labels, Taxonomy
    from emotag_model.reader import Reader
    from emotag_service.engine.model import TextEncoder
    from emotag_service.engine.predictors.protocol import Predictor

log = structlog.get_logger("emotag.engine")


def plan_model(checkpoint: Checkpoint, devices: str) -> Model:
    """Make a checkpoint ready for replicas over `devices`.

    Raises:
        DeviceError: It names a device that is not there, or nothing on this machine can compute the checkpoint.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    wanted = parse(devices, gpus=_gpus(), cores=cores)
    if wanted[0].kind == "cuda":  # the others are, too
        replicas = [ReplicaPlan(each.name, partial(_build_cuda, checkpoint, each.index)) for each in wanted]
        computes = "cuda"
    else:
        reader = _load_reader(checkpoint)
        build = partial(_build_cpu, reader, checkpoint.config.label_count)
        replicas, computes = [ReplicaPlan(each.name, build) for each in wanted], reader.name
    taxonomies = _default_first(checkpoint.labels)
    return Model(checkpoint.identity, taxonomies, checkpoint.tokenizer, tuple(replicas), computes)


def _load_reader(checkpoint: Checkpoint) -> Reader:
    try:
        return load_reader(checkpoint)
    except NativeError as error:
        raise DeviceError(f"devices: {error}") from error


def _build_cpu(reader: Reader, label_count: int) -> Predictor:
    if not isinstance(reader, NativeModel):
        import torch  # noqa: PLC0415 - seconds, and not needed by the native core

        torch.set_num_threads(1)  # of the replica's thread: more cores are for more replicas
    return ReaderPredictor(reader, label_count)


def _build_cuda(checkpoint: Checkpoint, index: int) -> Predictor:
    from emotag_service.engine.predictors.cuda import CudaPredictor  # noqa: PLC0415 - imports torch, seconds

    try:
        encoder: TextEncoder = NativeEncoder(checkpoint.tokenizer, character_table())
    except NativeError:
        encoder = checkpoint.tokenizer
    return CudaPredictor(encoder, checkpoint.network(), checkpoint.config.label_count, index)


def _default_first(labels: Labels) -> tuple[Taxonomy, ...]:
    default = labels.taxonomy()
    order = [default, *(taxonomy for taxonomy in labels.taxonomies.values() if taxonomy is not default)]
    return tuple(map(native_taxonomy, order))


def _gpus() -> int:
    """Count the GPUs that torch can use; without NVIDIA's driver, or without torch, that takes no import."""
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        return 0
    if find_spec("torch") is None:
        log.warning("the GPU is not used", reason="there is no torch: pip install 'emotag[torch]'")
        return 0
    import torch  # noqa: PLC0415 - seconds

    return torch.cuda.device_count() if torch.cuda.is_available() else 0
