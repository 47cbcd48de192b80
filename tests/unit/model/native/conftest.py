"""The library under test: this installation's, or one that is built for the run where a compiler is."""

import pytest

from emotag_model.native import build, library
from emotag_model.native.errors import LibraryMissingError

ROUNDING = ("amx", "vnni")


@pytest.fixture(scope="session")
def native(tmp_path_factory):
    try:
        return library.load_library()
    except LibraryMissingError:
        pass
    try:
        return library.Library(build.build(tmp_path_factory.mktemp("native") / library.LIBRARY))
    except build.BuildError as error:
        pytest.skip(f"the native core is not built here: {error}")


@pytest.fixture(scope="session")
def kernels(native):
    """Names of the instruction sets that this machine runs."""
    return [name for name in ("amx", "vnni", "avx512", "avx2", "neon", "portable") if native.has_kernel(name)]


@pytest.fixture(scope="session")
def exact_kernels(kernels):
    """Those that compute in single precision."""
    return [name for name in kernels if name not in ROUNDING]


@pytest.fixture(scope="session")
def coarse_kernels(kernels):
    """Those that round where scores bear it."""
    found = [name for name in kernels if name in ROUNDING]
    return found or pytest.skip("this machine has no kernel of whole numbers")
