from __future__ import annotations

import pytest

from emotag_service.engine.errors import DeviceError
from emotag_service.engine.plans import parse_devices


def names(text, gpus=0, cores=8):
    return [device.name for device in parse_devices(text, gpus=gpus, cores=cores)]


def test_auto_is_every_gpu_else_every_core_up_to_four():
    assert names("auto", gpus=2) == ["cuda:0", "cuda:1"]
    assert names("auto", cores=1) == ["cpu:0"]
    assert names("auto", cores=2) == ["cpu:0", "cpu:1"]
    assert names("auto", cores=64) == ["cpu:0", "cpu:1", "cpu:2", "cpu:3"]


@pytest.mark.parametrize("text", ["cpu", " CPU ", "cpu:1"])
def test_cpu_is_one_replica(text):
    assert names(text, gpus=3) == ["cpu:0"]


def test_cpu_replicas_are_numbered():
    assert names("cpu:3") == ["cpu:0", "cpu:1", "cpu:2"]


def test_cuda_is_every_gpu_or_those_named():
    assert names("cuda", gpus=2) == ["cuda:0", "cuda:1"]
    assert names("cuda:1, cuda:0", gpus=2) == ["cuda:1", "cuda:0"]


@pytest.mark.parametrize(
    ("text", "gpus", "problem"),
    [
        ("cuda", 0, "no CUDA device.*choose 'cpu' or 'auto'"),
        ("cuda:2", 2, "no cuda:2, only 2 CUDA"),
        ("cuda:0,cuda:0", 1, "twice"),
        ("cpu:0", 0, "choose cpu:1 or more"),
        ("tpu", 0, "'tpu' is not understood; choose auto, cpu"),
        ("", 0, "not understood"),
        ("cuda:0,cpu", 1, "not understood"),
        ("cpu:-1", 1, "not understood"),
        ("cuda:0,", 1, "not understood"),
    ],
)
def test_what_is_not_there_is_refused_with_the_fix(text, gpus, problem):
    with pytest.raises(DeviceError, match=problem):
        parse_devices(text, gpus=gpus, cores=8)
