"""The library under test: this installation's, or one that is built for the run where a compiler is."""

import pytest

from emotag_model.native import build, library
from emotag_model.native.errors import LibraryMissingError


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
    """Those that compute in single precision, or in what is as good."""
    return [name for name in kernels if name != "vnni"]


@pytest.fixture(scope="session")
def coarse_kernel(native):
    """The one that rounds where scores bear it."""
    if not native.has_kernel("vnni"):
        pytest.skip("this machine has no kernel of whole numbers")
    return "vnni"
