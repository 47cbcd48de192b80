"""What computes a checkpoint: the native core, or torch, and how many replicas of it over which devices.

Devices are spelled `auto | cpu | cpu:N | cuda | cuda:0,cuda:1`.
"""

from __future__ import annotations

import ctypes
import os
import re
from dataclasses import dataclass
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
from emotag_service.engine.errors import DeviceError
from emotag_service.engine.model import Model, ReplicaPlan
from emotag_service.engine.predictors.reader import ReaderPredictor

if TYPE_CHECKING:
    from emotag_model.checkpoint import Checkpoint
    from emotag_model.labels import Labels, Taxonomy
    from emotag_model.reader import Reader
    from emotag_service.engine.predictors.protocol import Predictor, TextEncoder

log = structlog.get_logger("emotag.engine")
_SPELLING = "auto, cpu, cpu:N for N replicas, cuda for every GPU, or GPUs by number such as cuda:0,cuda:1"
_CPU = re.compile(r"cpu(?::(\d{1,4}))?")
_CUDA = re.compile(r"cuda:(\d{1,4})")
_MOST_AUTO = 4  # measured with torch's replicas: more of them waited for the event loop


def plan_model(checkpoint: Checkpoint, devices: str, processes: int = 1) -> Model:
    """Make a checkpoint ready for replicas over `devices`, of which "auto" are those of one in so many processes.

    Raises:
        DeviceError: It names a device that is not there, or nothing on this machine can compute the checkpoint.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    wanted = parse_devices(devices, gpus=_gpus(), cores=max(1, cores // processes))
    instant = None
    if wanted[0].kind == "cuda":  # the others are, too
        replicas = [ReplicaPlan(each.name, partial(_build_cuda, checkpoint, each.index)) for each in wanted]
        computes = "cuda"
    else:
        reader = _load_reader(checkpoint)
        build = partial(_build_cpu, reader, checkpoint.config.label_count)
        replicas, computes = [ReplicaPlan(each.name, build) for each in wanted], reader.name
        instant = build if isinstance(reader, NativeModel) else None
    taxonomies = _default_first(checkpoint.labels)
    return Model(checkpoint.identity, taxonomies, checkpoint.tokenizer, tuple(replicas), computes, instant)


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
    from emotag_model.spans.trial import spans_on  # noqa: PLC0415 - imports torch, seconds
    from emotag_service.engine.predictors.cuda import CudaPredictor  # noqa: PLC0415 - as above
    from emotag_service.engine.predictors.gpu import Gpu  # noqa: PLC0415 - as above

    try:
        encoder: TextEncoder = NativeEncoder(checkpoint.tokenizer, character_table())
    except NativeError:
        encoder = checkpoint.tokenizer
    gpu = Gpu(index)
    return CudaPredictor(encoder, checkpoint.network(), gpu, spans_on(gpu.device))


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


@dataclass(frozen=True, slots=True)
class Device:
    """Where one replica runs.

    Attributes:
        kind: "cpu" or "cuda".
        index: Number of the replica (cpu) or of the GPU (cuda).
    """

    kind: str
    index: int

    @property
    def name(self) -> str:
        """Unique in a pool, such as "cuda:1"."""
        return f"{self.kind}:{self.index}"


def parse_devices(text: str, *, gpus: int, cores: int) -> list[Device]:
    """Return the devices that `text` names.

    Args:
        text: As the module says; blanks and upper case do not matter.
        gpus: How many CUDA devices there are.
        cores: How many processor cores this process may use.

    Raises:
        DeviceError: It names something unknown, missing, or twice.
    """
    wanted = text.strip().lower()
    if wanted == "auto":
        wanted = "cuda" if gpus else f"cpu:{min(cores, _MOST_AUTO)}"
    if match := _CPU.fullmatch(wanted):
        return _cpus(int(match[1] or 1))
    if wanted == "cuda":
        if not gpus:
            raise DeviceError("devices: this machine has no CUDA device that torch can use; choose 'cpu' or 'auto'")
        return [Device("cuda", index) for index in range(gpus)]
    return _cudas(text, wanted, gpus)


def _cpus(replicas: int) -> list[Device]:
    if not replicas:
        raise DeviceError("devices: cpu:0 has no replica; choose cpu:1 or more, one per core that is to compute")
    return [Device("cpu", index) for index in range(replicas)]


def _cudas(text: str, wanted: str, gpus: int) -> list[Device]:
    names = [name.strip() for name in wanted.split(",")]
    matches = [_CUDA.fullmatch(name) for name in names]
    indices = [int(match[1]) for match in matches if match]
    if len(indices) != len(names):
        raise DeviceError(f"devices: {text!r} is not understood; choose {_SPELLING}")
    for index in indices:
        if index >= gpus:
            raise DeviceError(
                f"devices: there is no cuda:{index}, only {gpus} CUDA device(s); choose among those, or 'cpu'"
            )
    if len(set(indices)) != len(indices):
        raise DeviceError(f"devices: {text!r} names a GPU twice; name each once")
    return [Device("cuda", index) for index in indices]
