"""Write the generated Python of the contract, or check that it is fresh: the only writer of emotag/v1."""

from __future__ import annotations

import argparse
import filecmp
import shutil
import sys
import tempfile
from pathlib import Path

from grpc_tools import protoc

PROTOS = Path(__file__).resolve().parent
GENERATED = PROTOS.parent / "clients" / "python" / "emotag" / "v1"
PLUGINS = Path(sys.executable).parent


def generate(into: Path) -> None:
    """Compile every proto of emotag.v1 to `into`/emotag/v1, with type stubs."""
    sources = [str(path.relative_to(PROTOS)) for path in sorted(PROTOS.glob("emotag/v1/*.proto"))]
    well_known = Path(protoc.__file__).parent / "_proto"
    arguments = [
        "protoc",
        f"--proto_path={PROTOS}",
        f"--proto_path={well_known}",
        f"--plugin=protoc-gen-mypy={PLUGINS / 'protoc-gen-mypy'}",
        f"--plugin=protoc-gen-mypy_grpc={PLUGINS / 'protoc-gen-mypy_grpc'}",
        f"--python_out={into}",
        f"--grpc_python_out={into}",
        f"--mypy_out={into}",
        f"--mypy_grpc_out={into}",
        *sources,
    ]
    if protoc.main(arguments) != 0:
        raise SystemExit("protoc failed; its message is above")
    package = into / "emotag" / "v1"
    (package / "__init__.py").write_text('"""Generated from protos/emotag/v1 by `make protos`; do not edit."""\n')
    for empty in package.glob("*_pb2_grpc.py"):
        if "Stub" not in empty.read_text():
            empty.unlink()
            empty.with_suffix(".pyi").unlink()


def stale(fresh: Path) -> list[str]:
    """Names of files that differ between `fresh` and the committed package."""
    names = {path.name for folder in (fresh, GENERATED) for path in folder.glob("*.py*")}
    return sorted(filecmp.cmpfiles(fresh, GENERATED, names, shallow=False)[1]) + sorted(
        filecmp.cmpfiles(fresh, GENERATED, names, shallow=False)[2]
    )


def main() -> int:
    """Run as `python protos/generate.py [--check]`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the committed code is stale")
    check = parser.parse_args().check
    with tempfile.TemporaryDirectory() as scratch:
        generate(Path(scratch))
        fresh = Path(scratch) / "emotag" / "v1"
        if check:
            names = stale(fresh)
            if names:
                print(f"stale: {', '.join(names)}; run `make protos` and commit", file=sys.stderr)
            return bool(names)
        shutil.rmtree(GENERATED, ignore_errors=True)
        shutil.copytree(fresh, GENERATED)
    return 0


if __name__ == "__main__":
    sys.exit(main())
