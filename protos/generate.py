"""Write the generated Python of the contracts, or check that it is fresh: the only writer of it."""

from __future__ import annotations

import argparse
import filecmp
import shutil
import sys
import tempfile
from pathlib import Path

from grpc_tools import protoc

PROTOS = Path(__file__).resolve().parent
PROJECT = PROTOS.parent
GENERATED = {  # package of protos/: where its Python is committed, and whether with stubs of services
    "emotag/v1": (PROJECT / "clients" / "python" / "emotag" / "v1", True),
    "emotag/inference/v2": (PROJECT / "service" / "emotag_service" / "contract" / "inference", False),
}
PLUGINS = Path(sys.executable).parent


def generate(package: str, into: Path, *, stubs: bool) -> None:
    """Compile every proto of a package to `into`/package, with type stubs."""
    sources = [str(path.relative_to(PROTOS)) for path in sorted(PROTOS.glob(f"{package}/*.proto"))]
    well_known = Path(protoc.__file__).parent / "_proto"
    arguments = [
        "protoc",
        f"--proto_path={PROTOS}",
        f"--proto_path={well_known}",
        f"--plugin=protoc-gen-mypy={PLUGINS / 'protoc-gen-mypy'}",
        f"--plugin=protoc-gen-mypy_grpc={PLUGINS / 'protoc-gen-mypy_grpc'}",
        f"--python_out={into}",
        f"--mypy_out={into}",
        *([f"--grpc_python_out={into}", f"--mypy_grpc_out={into}"] if stubs else []),
        *sources,
    ]
    if protoc.main(arguments) != 0:
        raise SystemExit("protoc failed; its message is above")
    written = into / package
    (written / "__init__.py").write_text(f'"""Generated from protos/{package} by `make protos`; do not edit."""\n')
    for empty in written.glob("*_pb2_grpc.py"):
        if "Stub" not in empty.read_text():
            empty.unlink()
            empty.with_suffix(".pyi").unlink()


def stale(fresh: Path, committed: Path) -> list[str]:
    """Names of files that differ between `fresh` and the committed package."""
    names = {path.name for folder in (fresh, committed) for path in folder.glob("*.py*")}
    _, different, missing = filecmp.cmpfiles(fresh, committed, names, shallow=False)
    return [*sorted(different), *sorted(missing)]


def main() -> int:
    """Run as `python protos/generate.py [--check]`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the committed code is stale")
    check = parser.parse_args().check
    names = []
    for package, (committed, stubs) in GENERATED.items():
        with tempfile.TemporaryDirectory() as scratch:
            generate(package, Path(scratch), stubs=stubs)
            fresh = Path(scratch) / package
            if check:
                names += stale(fresh, committed)
                continue
            shutil.rmtree(committed, ignore_errors=True)
            shutil.copytree(fresh, committed)
    if names:
        print(f"stale: {', '.join(names)}; run `make protos` and commit", file=sys.stderr)
    return bool(names)


if __name__ == "__main__":
    sys.exit(main())
