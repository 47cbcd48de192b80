"""What ways in without a network answer to what they have to refuse: in process, a pipe of MCP, files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from emotag import EmotionError
from emotag.cli.main import main
from emotag.local import EmotionTagger
from tests.integration import ways
from tests.integration.ways import LONG, MANY

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


@pytest.mark.parametrize(
    ("texts", "answer"),
    [
        ([""], "tag: InvalidArgumentError INVALID_MESSAGE text"),
        ([5], "tag: InvalidArgumentError INVALID_MESSAGE"),
        (["\ud800"], "tag: InvalidArgumentError INVALID_MESSAGE text"),
        ([LONG], "tag: InvalidArgumentError INVALID_MESSAGE text"),
        (["joy"] * MANY, "a tag"),
    ],
    ids=["an empty text", "a text that is none", "no UTF-8", "a long text", "many messages"],
)
def test_in_process(texts: Iterable[Any], answer: str) -> None:
    """Whoever is in the process needs no token, and there is no request that could be large."""
    assert ways.sdk_tags(EmotionTagger().tag(texts)) == answer


def test_in_process_a_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    """What stands for a server that is not there."""
    with pytest.raises(EmotionError) as caught:
        EmotionTagger(tmp_path / "none")
    assert ways.error_of(caught.value) == "InvalidArgumentError checkpoint"


def test_mcp_over_standard_input_and_output() -> None:
    """Who starts the process may ask. What is no message is answered as JSON-RPC has it, and ends nothing."""
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "0"}}
    asked = [["joy"], [""], [5], [LONG], ["joy"] * MANY]
    calls = [ways.tool_call(texts, number) for number, texts in enumerate(asked, 1)]
    lines = [
        json.dumps({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello}).encode(),
        b'{"jsonrpc": "2.0", "method": "notifications/initialized"}',
        b'{"\xff\xfe',
        b"[]",
        b"",
        b'{"jsonrpc": "2.0", "id": 9, "method": 7}',
        b"[" * 100_000,
        *(json.dumps(call).encode() for call in calls),
    ]
    variables = {**os.environ, "EMOTAG_TARGET": ""}
    command = [sys.executable, "-m", "emotag", "mcp"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=variables) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"\n".join(lines) + b"\n")
        process.stdin.flush()
        said = [json.loads(process.stdout.readline()) for _ in range(5 + len(calls))]
        process.stdin.close()
        assert process.wait() == 0
        assert process.stdout.read() == b""
    nobodys = [answer["error"]["code"] for answer in said if answer["id"] is None]
    assert nobodys == [-32700, -32600, -32600, -32700]
    found = {answer["id"]: ways.tool_said(answer) for answer in said if answer["id"]}
    assert [found[call["id"]] for call in calls] == ["a tag", "an error", "isError", "an error", "isError"]


def test_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A row that cannot be tagged says why, and the run goes on; what the run needs and lacks ends it before it begins."""
    rows = [b'{"text": ""}', b'{"text": 5}', b'{"text": "\xff\xfe"}', b"no row", b'{"text": "%s"}' % LONG.encode()]
    (tmp_path / "in.jsonl").write_bytes(b"".join(one + b"\n" for one in [*rows, *[b'{"text": "joy"}'] * MANY]))
    command = ["tag-files", str(tmp_path / "in.jsonl"), "--output", str(tmp_path / "out"), "--workers", "1"]
    assert main([*command[:-2], "--checkpoint", str(tmp_path / "none")]) == 2
    assert f"checkpoint: {tmp_path / 'none'}: no such folder" in capsys.readouterr().err
    assert main(["tag-files", str(tmp_path / "none.jsonl"), *command[2:]]) == 2
    subprocess.run([sys.executable, "-m", "emotag", *command], check=True, capture_output=True, timeout=120)
    found = [json.loads(line) for line in (tmp_path / "out" / "in.jsonl").read_text(encoding="utf-8").splitlines()]
    errors = [(one["emotion_error"] or "").partition(";")[0] for one in found]
    assert errors == [
        "INVALID_ARGUMENT: text: is empty",
        "INVALID_ARGUMENT: text: is a int",
        "INVALID_ARGUMENT: the line is not UTF-8",
        "INVALID_ARGUMENT: the line is not JSON: Expecting value at character 1",
        "INVALID_ARGUMENT: text: has 70,000 bytes or more",
        *[""] * MANY,
    ]
