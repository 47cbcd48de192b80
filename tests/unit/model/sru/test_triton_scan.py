"""The Triton kernels, each way in a process of its own: whether triton interprets is settled when it is imported."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch

FOLDER = Path(__file__).parent

needs_triton = pytest.mark.skipif(
    find_spec("triton") is None, reason="triton is not installed; it has no wheels but for Linux"
)
pytestmark = [
    needs_triton,
    pytest.mark.timeout(1200),  # the interpreter takes a millisecond for what a GPU does in a nanosecond
]


def run(*arguments: str, **variables: str) -> None:
    # Not as a worker of this run: plugins take these names for that.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "TRITON_INTER"))}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=FOLDER.parents[3],
        env=inherited | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def run_cases(**variables: str) -> None:
    run("-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", str(FOLDER / "triton_cases.py"), **variables)


def test_cases_pass_by_the_interpreter_on_the_cpu() -> None:
    run_cases(TRITON_INTERPRET="1")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")
def test_cases_pass_on_the_gpu() -> None:
    run_cases(TRITON_DEFAULT_FP_FUSION="1")  # said, since triton 3.9 warns where it is not


def test_kernels_compile_for_gpus(tmp_path: Path) -> None:
    run(str(FOLDER / "triton_compilation.py"), TRITON_CACHE_DIR=str(tmp_path))


def test_a_cpu_never_imports_triton() -> None:
    code = """
import sys, torch
import emotag, emotag.local, emotag_model, emotag_service
from emotag_model.network.cnn_bisru import CnnBiSru
from emotag_model.network.config import CnnBiSruConfig
import emotag_model.training.student, emotag_service.engine.predictors.cuda
network = CnnBiSru(CnnBiSruConfig(vocabulary_size=9))
network(torch.ones(2, 3, dtype=torch.int64), torch.tensor([3, 2])).sum().backward()
sys.exit("triton" in sys.modules)
"""
    run("-c", code)
