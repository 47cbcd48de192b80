"""`emotag stream`."""

from __future__ import annotations

import gc
import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emotag import EmotionClient, Tag
from emotag.cli.main import main

HOSTILE = [
    b'{"id": "1", "text": "fine"}',
    b"no json",
    b'["a list"]',
    b'"a string"',
    b"null",
    b"",
    b'{"id": "7"}',
    b'{"id": "8", "text": null}',
    b'{"id": "9", "text": 5}',
    b'{"id": {"x": 1}, "text": "a"}',
    b'{"id": true, "text": "a"}',
    b'{"id": 12, "text": "a"}',
    b'{"id": "1", "text": "repeated"}',
    b'{"id": "14", "text": "\\ud800"}',
    b'{"id": "15", "text": ""}',
    b'{"id": "16", "text": "a", "sender": 4}',
    b'{"id": "17", "text": "a", "time_to_live": "soon"}',
    b'{"id": "18", "text": "a", "sent_at": 1e300}',
    b"\xff\xfe\x00",
    b"[" * 100_000,
    b'{"id": "\\udfff", "text": "a"}',
    b'{"id": ' + b"9" * 5000 + b', "text": "a"}',
    b'{"id": "' + b"i" * 300 + b'", "text": "a"}',
    b'{"text": "no id"}',
    b'{"id": "25", "text": "\\u0000 nul, \\u202e right to left, \\u200b zero width, \xf0\x9f\x91\x8b"}',
    b'{"id": "26", "text": "fine"}',
]
FULL = Path("/dev/full")
GOOD = {1, 12, 24, 25, 26}


def write(path: Path, lines: list[bytes]) -> str:
    path.write_bytes(b"\n".join(lines) + b"\n")
    return str(path)


def started(target: str, *arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "emotag", "stream", "--target", target, *arguments]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def end(process: subprocess.Popen[bytes]) -> tuple[int, bytes]:
    _, err = process.communicate(timeout=60)
    return process.returncode, err


def test_every_line_has_its_line_in_order(emotag: Any, tmp_path: Path) -> None:
    outcome = emotag("stream", "--input", write(tmp_path / "in.jsonl", HOSTILE))
    assert outcome.code == 3
    assert [record["line"] for record in outcome.records] == list(range(1, len(HOSTILE) + 1))
    assert {record["line"] for record in outcome.records if "label" in record} == GOOD
    assert all(("error" in record) is (record["line"] not in GOOD) for record in outcome.records)
    assert outcome.err == ""


def test_errors_name_the_field_and_keep_the_id(emotag: Any, tmp_path: Path) -> None:
    records = emotag("stream", "--input", write(tmp_path / "in.jsonl", HOSTILE)).records
    fields = {record["line"]: record["error"].get("field", "") for record in records if "error" in record}
    assert [fields[line] for line in (2, 7, 8, 9, 10, 13, 14, 16, 17, 18)] == [
        "",
        "text",
        "text",
        "text",
        "id",
        "id",
        "text",
        "sender",
        "time_to_live",
        "sent_at",
    ]
    assert [record["id"] for record in records[:7]] == ["1", None, None, None, None, None, "7"]
    assert records[11]["id"] == 12
    assert records[20]["id"] == "\udfff"
    assert records[23]["id"] is None


def test_files_and_options(emotag: Any, server: Any, tmp_path: Path) -> None:
    lines = [
        json.dumps({"n": number, "said": "x" * number, "who": "w", "talk": "t"}).encode() for number in range(1, 4)
    ]
    source = tmp_path / "in.jsonl.gz"
    source.write_bytes(gzip.compress(b"\n".join(lines)))
    target = tmp_path / "out.jsonl"
    fields = ["--text-field", "said", "--id-field", "n", "--sender-field", "who", "--conversation-field", "talk"]
    outcome = emotag(
        "stream", "--input", str(source), "--output", str(target), "--scores", "--taxonomy", "sentiment", *fields
    )
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
    records = [json.loads(line) for line in target.read_bytes().splitlines()]
    assert [record["id"] for record in records] == [1, 2, 3]
    assert list(records[0]["scores"]) == ["positive", "negative"]
    assert server.texts == ["x", "xx", "xxx"]


def test_a_damaged_gzip_file_is_said(emotag: Any, tmp_path: Path) -> None:
    whole = gzip.compress(b'{"text": "a"}\n' * 5000)
    for name, content in (("short.gz", whole[:-20]), ("broken.gz", whole[:20] + b"\xff" * 40 + whole[60:])):
        (tmp_path / name).write_bytes(content)
        outcome = emotag("stream", "--input", str(tmp_path / name))
        assert outcome.code == 1
        assert outcome.err.startswith(f"emotag stream: error: {tmp_path / name}: ")


def test_an_empty_file(emotag: Any, tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(b"")
    outcome = emotag("stream", "--input", str(tmp_path / "in"))
    assert (outcome.code, outcome.out) == (0, "")


def test_a_text_of_5_mb_is_answered_alone(emotag: Any, server: Any, tmp_path: Path) -> None:
    server.limits.max_frame_bytes = 4 << 20
    lines = [b'{"text": "a"}', b'{"text": "%s"}' % (b"b" * (5 << 20)), b'{"text": "c"}']
    outcome = emotag("stream", "--input", write(tmp_path / "in", lines))
    server.limits.max_frame_bytes = 16 << 20
    assert outcome.code == 3
    assert ["error" in record for record in outcome.records] == [False, True, False]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--input", "{tmp}/missing"], 1, "No such file"),
        (["--input", "{tmp}"], 1, "Is a directory"),
        (["--input", "{tmp}/in", "--output", "{tmp}/in"], 2, "is the input"),
        (["--input", "{tmp}/in", "--output", "{tmp}/out.gz"], 2, "gzip"),
        (["--input", "{tmp}/in", "--output", "{tmp}/no/such"], 1, "No such file"),
        (["--input", "{tmp}/in", "--taxonomy", "colours"], 2, "no such taxonomy"),
        (["--input", "{tmp}/in.gz"], 1, "gzip"),
    ],
)
def test_bad_usage(emotag: Any, tmp_path: Path, arguments: list[str], code: int, said: str) -> None:
    for name in ("in", "in.gz"):
        (tmp_path / name).write_bytes(b'{"text": "a"}\n')
    outcome = emotag("stream", *[argument.format(tmp=tmp_path) for argument in arguments])
    assert outcome.code == code
    assert outcome.err.startswith("emotag stream: error: ")
    assert said in outcome.err
    assert (tmp_path / "in").read_bytes() == b'{"text": "a"}\n'


def redirected(target: str, files: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What a command does with its streams redirected as a shell writes it, and no room for more than 64 blocks."""
    command = ["sh", "-c", f'ulimit -f 64; exec "$@" {files}', "sh", sys.executable, "-m", "emotag", *arguments]
    variables = {**os.environ, "EMOTAG_TARGET": target}
    return subprocess.run(command, env=variables, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(
    ("arguments", "files"),
    [
        (["stream", "--input", "{file}"], ">> {file}"),
        (["stream"], "< {file} >> {file}"),
        (["stream", "--input", "{file}", "--output", "-"], ">> {link}"),
        (["classify", "-"], "< {file} >> {file}"),
        (["classify", "-", "--local"], "< {file} >> {file}"),
    ],
)
def test_its_own_answers_are_not_read(server: Any, tmp_path: Path, arguments: list[str], files: str) -> None:
    names = {"file": write(tmp_path / "in", [b'{"text": "a"}']), "link": str(tmp_path / "link")}
    (tmp_path / "link").symlink_to(tmp_path / "in")
    done = redirected(server.target, files.format(**names), *[argument.format(**names) for argument in arguments])
    said = f"emotag {arguments[0]}: error: standard output: is the input; write to another file\n"
    assert (done.returncode, done.stderr) == (2, said)
    assert (tmp_path / "in").read_bytes() == b'{"text": "a"}\n'


@pytest.mark.parametrize("arguments", [["stream"], ["classify", "-"], ["classify", "hi"]])
def test_answers_may_be_added_to_another_file(server: Any, tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "out").write_text("before\n")
    path = write(tmp_path / "in", [b'{"text": "a"}'])
    assert redirected(server.target, f"< {path} >> {tmp_path}/out", *arguments).returncode == 0
    assert len((tmp_path / "out").read_bytes().splitlines()) == 2


@pytest.mark.parametrize("arguments", [["stream"], ["classify", "-"]])
def test_a_device_may_be_input_and_output(server: Any, arguments: list[str]) -> None:
    done = redirected(server.target, "< /dev/null > /dev/null", *arguments)
    assert (done.returncode, done.stderr) == (0, "")


def test_standard_input_is_answered_line_by_line(server: Any) -> None:
    with started(server.target) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for line in (b'{"text": "thank you"}\n', b"bad\n", b'{"text": "thank you"}\n'):
            process.stdin.write(line)
            process.stdin.flush()
            assert json.loads(process.stdout.readline())
        assert end(process) == (3, b"")


def test_ctrl_c_ends_cleanly(server: Any) -> None:
    with started(server.target) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b'{"text": "thank you"}\n')
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["label"] == "joy"
        process.send_signal(signal.SIGINT)
        process.wait(30)
        assert end(process) == (130, b"")
    assert server.ended.wait(10)


def test_a_reader_that_leaves_ends_it_quietly(server: Any, tmp_path: Path) -> None:
    path = write(tmp_path / "in", [b'{"text": "a"}'] * 20_000)
    with started(server.target, "--input", path) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
        assert process.wait(30) == 141


def test_a_kill_leaves_whole_lines(server: Any, tmp_path: Path) -> None:
    path = write(tmp_path / "in", [json.dumps({"id": number, "text": "a"}).encode() for number in range(50_000)])
    output = tmp_path / "out"
    with started(server.target, "--input", path, "--output", str(output)) as process:
        while not output.exists() or output.stat().st_size < 20_000:
            assert process.poll() is None
            time.sleep(0.01)
        process.kill()
        process.wait(30)
    written = output.read_bytes()
    assert written.endswith(b"\n")
    assert [json.loads(line)["id"] for line in written.splitlines()] == list(range(written.count(b"\n")))


def test_a_full_disk_is_said(emotag: Any, tmp_path: Path) -> None:
    if not FULL.exists():
        pytest.skip("this system has no /dev/full")
    outcome = emotag("stream", "--input", write(tmp_path / "in", [b'{"text": "a"}']), "--output", str(FULL))
    assert outcome.code == 1
    assert "No space left" in outcome.err


def calls() -> int:
    return sum("Rendezvous" in type(one).__name__ for one in gc.get_objects())


def test_no_call_is_left_for_the_shutdown_of_the_interpreter(emotag: Any, tmp_path: Path) -> None:
    (tmp_path / "in").write_text('{"id": "1", "text": "hello"}\n')
    before = calls()
    outcome = emotag("stream", "--input", str(tmp_path / "in"), "--target", os.environ["EMOTAG_TARGET"])
    assert outcome.code == 0
    assert calls() <= before


@pytest.mark.parametrize(("options", "bulk"), [([], False), (["--bulk"], True)])
def test_bulk_is_asked_for_where_it_is_said(
    options: list[str], bulk: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {}

    def stream(_client: EmotionClient, _items: Any, **given: Any) -> Iterator[Tag]:
        asked.update(given)
        yield from ()

    monkeypatch.setattr(EmotionClient, "stream", stream)
    assert main(["stream", "--input", write(tmp_path / "talk.jsonl", []), *options]) == 0
    assert asked["bulk"] is bulk
