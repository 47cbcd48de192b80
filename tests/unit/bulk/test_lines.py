"""JSON lines: every line once, its bytes kept, its tag that of a tagger."""

from __future__ import annotations

import gzip
import io
import json
import os
from pathlib import Path

import pytest

from emotag.bulk import lines as module
from emotag.bulk.lines import Lines
from emotag.bulk.options import BulkOptions
from emotag.local import EmotionTagger

GOOD = [
    b'{"text": "Thank you so much, you made my day!"}',
    b'{"text":"a","text":"I am so sad today"}',
    b'  {"text" : "This is awful!" , "n": 1.00e5 }  \r',
    b'\xef\xbb\xbf{"text": "na\xc3\xafve \xf0\x9f\x98\x9f"}',
    b'{"n": NaN, "text": "ok", "emotion_label": "old"}',
]
FAULTS = {
    b"no json": "the line is not JSON: Expecting value at character 1",
    b"": "the line is not JSON",
    b'["text"]': "not a JSON object",
    b'"text"': "not a JSON object",
    b"null": "not a JSON object",
    b"[" * 100_000: "too deep",
    b'{"text": ' + b"9" * 5000 + b"}": "too long a number",
    b'{"text": "\xff"}': "not UTF-8",
    b"{}": "text: the line has no such field; see --text-field",
    b'{"text": null}': "text: is null",
    b'{"text": 5}': "text: is a int",
    b'{"text": ""}': "text: is empty",
    b'{"text": " "}': "nothing to read",
    b'{"text": "\\ud800"}': "lone surrogates",
    b'{"text": "' + b"x" * 70_000 + b'"}': "70,000 bytes",
}


def tagged(path: Path, options: BulkOptions | None = None) -> bytes:
    """What the parts of a file come to."""
    form, output, joined = Lines(path), io.BytesIO(), path.with_name("part")
    for payload, _, _ in form.parts():
        form.tag(payload, options or BulkOptions(), output)
    joined.write_bytes(output.getvalue())
    made = io.BytesIO()
    form.join([joined], made)
    return made.getvalue()


def test_lines_are_kept_and_have_the_tags_of_a_tagger(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n".join(GOOD))
    found = tagged(path, BulkOptions(taxonomy="ekman", scores=True)).split(b"\n")
    assert found.pop() == b""
    texts = [json.loads(line.decode("utf-8-sig"))["text"] for line in GOOD]
    for line, raw, tag in zip(found, GOOD, EmotionTagger().tag(texts, taxonomy="ekman", scores=True), strict=True):
        assert line.startswith(raw.rstrip()[:-1].rstrip() + b', "emotion_label"')
        row = json.loads(line.decode("utf-8-sig"))
        assert (row["emotion_label"], row["emotion_score"]) == (tag.label, round(tag.score, 6))
        assert (tuple(row["emotion_labels"]), row["emotion_uncertain"]) == (tag.labels, tag.uncertain)
        assert row["emotion_scores"] == {label: round(score, 6) for label, score in (tag.scores or {}).items()}
        assert row["emotion_error"] is None


def test_bad_lines_are_rows_with_errors_and_hold_what_they_were(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\n".join([*FAULTS, GOOD[0]]))
    rows = [json.loads(line) for line in tagged(path).splitlines()]
    assert len(rows) == len(FAULTS) + 1
    for row, (raw, problem) in zip(rows, FAULTS.items(), strict=False):
        assert row["emotion_error"].startswith("INVALID_ARGUMENT: "), row
        assert problem in row["emotion_error"]
        assert row["emotion_label"] is row["emotion_score"] is None
        if "emotion_raw" in row:
            assert row["emotion_raw"] == raw.decode(errors="backslashreplace")
    assert rows[-1]["emotion_label"] == "joy"


def test_a_line_without_end_is_one_row_and_is_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_BYTES", 1000)
    path = tmp_path / "a.jsonl"
    path.write_bytes(GOOD[0] + b"\n" + b"x" * 3_000_000 + b"\n" + GOOD[0] + b"\n" + b"y" * 2000)
    ((payload, rows, _),) = Lines(path).parts()
    assert (payload, rows) == ([GOOD[0] + b"\n", 3_000_001, GOOD[0] + b"\n", 2000], 4)
    found = [json.loads(line) for line in tagged(path).splitlines()]
    assert [row["emotion_label"] for row in found] == ["joy", None, "joy", None]
    assert "3,000,001 bytes, more than 1,000" in found[1]["emotion_error"]
    assert found[1]["emotion_raw"] is None


def test_parts_are_bounded_in_rows_and_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"x" * 99 + b"\n" + b"\n" * 25)
    monkeypatch.setattr(module, "ROWS", 10)
    assert [rows for _, rows, _ in Lines(path).parts()] == [10, 10, 6]
    monkeypatch.setattr(module, "BYTES", 100)
    assert [rows for _, rows, _ in Lines(path).parts()] == [1, 10, 10, 5]


def test_gzip_comes_out_as_gzip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROWS", 2)
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(b"\n".join(GOOD)))
    assert len(gzip.decompress(tagged(path)).splitlines()) == len(GOOD)
    path.write_bytes(gzip.compress(os.urandom(10_000))[:5000])
    with pytest.raises(OSError, match="end-of-stream"):
        list(Lines(path).parts())


def test_an_empty_file_has_no_parts(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").touch()
    assert list(Lines(tmp_path / "a.jsonl").parts()) == []
    assert tagged(tmp_path / "a.jsonl") == b""
