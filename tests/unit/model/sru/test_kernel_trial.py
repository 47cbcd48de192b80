"""Where the Triton kernels are relied on: nowhere but on a GPU that has proved them."""

import pytest
import torch

from emotag_model.sru import kernel_trial
from emotag_model.sru.kernel_trial import kernels_serve

NO_SUCH_GPU = torch.device("cuda", 99)


@pytest.fixture(autouse=True)
def forgotten():
    """Let each test ask anew, and the next module too."""
    kernels_serve.cache_clear()
    yield
    kernels_serve.cache_clear()


@pytest.mark.parametrize("kind", ["cpu", "meta"])
def test_no_other_device_is_tried(monkeypatch, kind: str) -> None:
    monkeypatch.setattr(kernel_trial, "try_kernels", lambda device: pytest.fail("tried"))
    assert not kernels_serve(torch.device(kind))


def test_without_triton_nothing_is_tried_or_said(monkeypatch) -> None:
    monkeypatch.setattr(kernel_trial, "find_spec", lambda name: None)
    assert not kernels_serve(NO_SUCH_GPU)


def test_a_trial_that_fails_is_told_of_once_and_the_padded_path_stays(monkeypatch) -> None:
    monkeypatch.setattr(kernel_trial, "find_spec", lambda name: name)
    with pytest.warns(UserWarning, match="without its Triton kernels on cuda:99"):
        assert not kernels_serve(NO_SUCH_GPU)
    assert not kernels_serve(NO_SUCH_GPU)


def test_a_device_is_tried_once(monkeypatch) -> None:
    tried = []
    monkeypatch.setattr(kernel_trial, "find_spec", lambda name: name)
    monkeypatch.setattr(kernel_trial, "try_kernels", tried.append)
    assert [kernels_serve(NO_SUCH_GPU) for _ in range(2)] == [True, True]
    assert tried == [NO_SUCH_GPU]


def test_too_little_memory_is_not_taken_for_a_broken_kernel(monkeypatch) -> None:
    def full(device: torch.device) -> None:
        raise torch.OutOfMemoryError("full")

    monkeypatch.setattr(kernel_trial, "find_spec", lambda name: name)
    monkeypatch.setattr(kernel_trial, "try_kernels", full)
    with pytest.raises(torch.OutOfMemoryError):
        kernels_serve(NO_SUCH_GPU)
