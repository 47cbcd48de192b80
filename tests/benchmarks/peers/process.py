"""Processes of peers: started, waited for, and ended with all that they started themselves."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

_ROOT = Path(__file__).parents[3]
_SETTINGS = {
    "PYTHONPATH": os.pathsep.join([str(_ROOT / "model"), str(_ROOT)]),  # emotag_model, and the servers here
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "HF_HUB_OFFLINE": "1",
    "RAY_USAGE_STATS_ENABLED": "0",
}
START_SECONDS, END_SECONDS = 120.0, 20.0


class StartError(Exception):
    """A peer that was installed does not serve; says why in one line."""


@contextmanager
def running(command: Sequence[str], *, piped: bool = False) -> Iterator[subprocess.Popen[str]]:
    """Run a command, `piped`: with standard input and output to talk through; at the end all its descendants are gone.

    It has a session of its own, so that Ctrl-C reaches this process alone, which ends it in order.
    """
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            command,
            cwd=_ROOT,
            env=os.environ | _SETTINGS,
            stdin=subprocess.PIPE if piped else subprocess.DEVNULL,
            stdout=subprocess.PIPE if piped else said,
            stderr=said,
            text=True,
            start_new_session=True,
        )
        try:
            yield process
        except StartError as error:
            said.seek(0)
            raise StartError(f"{error}: {_last_line(said.read())}") from error
        finally:
            _end(process)


def served(url: str, process: subprocess.Popen[str], seconds: float = START_SECONDS) -> None:
    """Wait until there is a label. Raises StartError when the process ends, or after so many seconds."""
    body = json.dumps({"texts": ["hello"]}).encode()
    # S310 warns of file: URLs; this one is http://127.0.0.1.
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310
    deadline = time.monotonic() + seconds
    refusal = "nobody was asked"
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(request, timeout=10) as reply:  # noqa: S310 - as above
                if len(json.load(reply)["labels"]) == 1:
                    return
        except urllib.error.HTTPError as error:  # not yet there, as 404 or 503
            with error:
                refusal = str(error)
        except (OSError, http.client.HTTPException, ValueError, KeyError) as error:  # as refused, reset, no JSON
            refusal = str(error)
        time.sleep(0.05)
    ended = f"ended with code {process.returncode}" if process.returncode is not None else f"no label: {refusal}"
    raise StartError(ended)


def _end(process: subprocess.Popen[str]) -> None:
    """Ask it to end, then end what is left of it and of its descendants, which may have left its session."""
    try:
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        family = []
    process.terminate()
    _, left = psutil.wait_procs(family, timeout=END_SECONDS)
    for each in left:
        with suppress(psutil.NoSuchProcess):
            each.kill()
    process.communicate()


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
