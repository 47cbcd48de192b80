"""Which replicas to build of a checkpoint, over which devices."""

from __future__ import annotations

import os
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

import torch

from emotag_model.network.folded import FoldedCnnBiSru
from emotag_service.engine.devices import parse
from emotag_service.engine.pool import ReplicaPlan
from emotag_service.engine.predictors.cpu import CpuPredictor
from emotag_service.engine.predictors.cuda import CudaPredictor

if TYPE_CHECKING:
    from emotag_model.checkpoint import Checkpoint
    from emotag_service.engine.devices import Device
    from emotag_service.engine.predictors.protocol import Predictor


def plan_replicas(checkpoint: Checkpoint, devices: str) -> list[ReplicaPlan]:
    """Return one plan per device that `devices` names. Raises DeviceError when it names none that is there."""
    gpus = torch.cuda.device_count() if torch.cuda.is_available() else 0
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    builder = Builder(checkpoint)
    wanted = parse(devices, gpus=gpus, cores=cores)
    return [ReplicaPlan(device.name, partial(builder.build, device)) for device in wanted]


class Builder:
    """Builds predictors of one checkpoint. CPU replicas share one set of tables, which is read-only."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self._checkpoint = checkpoint
        self._lock = Lock()
        self._folded: FoldedCnnBiSru | None = None

    def build(self, device: Device) -> Predictor:
        """Make the predictor of a device. Called on the replica's thread."""
        labels = self._checkpoint.config.label_count
        if device.kind == "cuda":
            return CudaPredictor(self._checkpoint.network(), labels, device.index)
        return CpuPredictor(self._fold(), labels)

    def _fold(self) -> FoldedCnnBiSru:
        with self._lock:
            if self._folded is None:
                self._folded = FoldedCnnBiSru.from_network(self._checkpoint.network())
            return self._folded
