"""A peer's process is waited for, and is gone at the end with whatever it started."""

import sys
from functools import partial

import psutil
import pytest

from tests.benchmarks.peers import bench, process
from tests.benchmarks.peers.peer import PEERS, Peer
from tests.benchmarks.peers.process import StartError, running, served
from tests.benchmarks.peers.static_rows import static_lines
from tests.benchmarks.process import free_port
from tests.environment import Environments, InstallationError

PARENT = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)"], start_new_session=True)
print(child.pid, flush=True)
time.sleep(1000)
"""
SERVER = """
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
class Answer(BaseHTTPRequestHandler):
    asked = 0
    def do_POST(self):
        Answer.asked += 1
        self.send_response(503 if Answer.asked < 3 else 200)
        self.end_headers()
        self.wfile.write(b'{"labels": ["joy"]}')
HTTPServer(("127.0.0.1", int(sys.argv[-1])), Answer).serve_forever()
"""


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(process, "END_SECONDS", 0.2)


@pytest.mark.parametrize("broken_off_by", [None, KeyboardInterrupt, StartError])
def test_nothing_is_left_of_it(broken_off_by):
    pids = []

    def run():
        with running([sys.executable, "-c", PARENT], piped=True) as started:
            pids.extend([started.pid, int(started.stdout.readline())])
            if broken_off_by:
                raise broken_off_by

    if broken_off_by:
        with pytest.raises(broken_off_by):
            run()
    else:
        run()
    assert len(pids) == 2
    left = [psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)]
    assert psutil.wait_procs(left, timeout=10)[1] == []


def test_it_is_asked_until_there_is_a_label():
    port = free_port()
    with running([sys.executable, "-c", SERVER, str(port)]) as started:
        served(f"http://127.0.0.1:{port}/", started)
        assert started.poll() is None


def test_one_that_ends_says_why():
    program = "import sys; sys.exit('no such module')"
    with (
        pytest.raises(StartError, match="ended with code 1: no such module"),
        running([sys.executable, "-c", program]) as started,
    ):
        served(f"http://127.0.0.1:{free_port()}/", started)


def test_one_that_never_serves_is_given_up():
    program = "import time; time.sleep(1000)"
    with (
        pytest.raises(StartError, match=r"no label: .*refused.*: it said nothing"),
        running([sys.executable, "-c", program]) as started,
    ):
        served(f"http://127.0.0.1:{free_port()}/", started, seconds=0.3)


class _Offline(Environments):
    def python(self, name, requirements):
        raise InstallationError(f"no network for {name}")


class _Installed(Environments):
    """Has this interpreter for an environment, in which the peer's server is not."""

    def python(self, name, requirements):
        return sys.executable

    def version(self, python, distribution):
        return "9.9"


def test_a_peer_that_cannot_be_installed_has_a_line_that_says_so(tmp_path):
    (line,) = bench._peer_lines(PEERS[0], _Offline(tmp_path), partial(pytest.fail, "measured"), [], 1)
    assert (line.what, line.rate, line.why) == ("mosec", None, "no network for mosec")
    (line,) = static_lines(_Offline(tmp_path), None, {}, 1)
    assert line.why == "no network for model2vec"


def test_a_peer_that_does_not_start_has_a_line_that_says_so(tmp_path):
    peer = Peer("none", "none", (), "tests.benchmarks.peers.no_such_server", "/")
    (line,) = bench._peer_lines(peer, _Installed(tmp_path), partial(pytest.fail, "measured"), [], 1)
    assert (line.version, line.rate) == ("9.9", None)
    assert "No module named tests.benchmarks.peers.no_such_server" in line.why
