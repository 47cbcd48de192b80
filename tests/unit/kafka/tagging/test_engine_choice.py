from __future__ import annotations

import subprocess
import sys

import pytest

from emotag_service.kafka.tagging.engine_choice import engine_name, make_engine
from emotag_service.kafka.tagging.local_engine import LocalEngine
from emotag_service.kafka.tagging.remote_engine import RemoteEngine


@pytest.mark.parametrize(
    "name", ["in-process", "grpc://localhost:50051", "grpc://[::1]:1/", "grpc://10.0.0.7:65535", "grpcs://host:443"]
)
def test_names_of_engines(name):
    assert engine_name(name) == name


@pytest.mark.parametrize(
    "name", ["", "local", "grpc://", "grpc://host", "grpc://host:0", "grpc://host:65536", "http://host:1",
             "host:1", "grpc://user@host:1", "grpc://a b:1", "grpc://host:1/path", "grpcss://host:1"],
)  # fmt: skip
def test_names_of_none(name):
    with pytest.raises(ValueError, match="must be in-process, or grpc://HOST:PORT"):
        engine_name(name)
    with pytest.raises(ValueError, match="must be"):
        make_engine(name)


def test_each_makes_its_own():
    assert isinstance(make_engine("in-process"), LocalEngine)
    assert isinstance(make_engine("grpc://localhost:1"), RemoteEngine)


def test_a_tagger_whose_tags_come_from_a_service_needs_no_torch():
    program = (
        "import sys; from emotag_service.kafka.tagging.engine_choice import make_engine; make_engine('grpc://h:1'); "
    )
    program += "print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
