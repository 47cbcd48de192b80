"""Where replicas run: reads `auto | cpu | cpu:N | cuda | cuda:0,cuda:1`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from emotag_service.engine.errors import DeviceError

_SPELLING = "auto, cpu, cpu:N for N replicas, cuda for every GPU, or GPUs by number such as cuda:0,cuda:1"
_CPU = re.compile(r"cpu(?::(\d{1,4}))?")
_CUDA = re.compile(r"cuda:(\d{1,4})")
_MOST_AUTO = 4  # measured with torch's replicas: more of them waited for the event loop


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


def parse(text: str, *, gpus: int, cores: int) -> list[Device]:
    """Return the devices that `text` names.

    Args:
        text: As in the module's first line; blanks and upper case do not matter.
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
