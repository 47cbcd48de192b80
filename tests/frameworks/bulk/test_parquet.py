"""Parquet through `emotag tag-files`: every column as it was, every row tagged once or answered by its error."""

from __future__ import annotations

import errno
import random
import tracemalloc
from itertools import repeat
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from emotag.bulk import tables
from emotag.bulk.arrow import texts_of
from emotag.cli.main import main
from emotag.local import EmotionTagger
from tests.messages import TAXONOMY, at_hand, same, truth_of

TEXTS = [None, "", "Thank you so much!", "x" * 70_000, "naïve 😟", *(f"I hate it {number}" for number in range(9000))]


def run(*arguments: object) -> int:
    try:
        return main(["tag-files", *map(str, arguments), "--workers", "1"])
    except SystemExit as error:
        return int(error.code or 0)


def table(kind: pa.DataType | None = None) -> pa.Table:
    text = pa.array(TEXTS)
    text = text.dictionary_encode() if kind is None else text.cast(kind)
    extra = pa.array([{"a": number, "b": [number]} for number in range(len(TEXTS))])
    day = pa.array([number % 9 for number in range(len(TEXTS))], pa.date32())
    schema = pa.schema([("day", day.type), ("text", text.type), ("extra", extra.type)], metadata={"owner": "them"})
    return pa.table([day, text, extra], schema=schema)


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.binary(), None], ids=str)
def test_rows_and_columns_are_kept_and_tagged(tmp_path: Path, kind: pa.DataType | None) -> None:
    before = table(kind)
    pq.write_table(before, tmp_path / "a.parquet", row_group_size=5000)
    assert run(tmp_path / "a.parquet", "--output", tmp_path / "out", "--scores", "--taxonomy", "ekman") == 0
    after = pq.read_table(tmp_path / "out" / "a.parquet")
    assert after.select(before.column_names).equals(before)
    assert after.schema.metadata[b"owner"] == b"them"
    assert after.schema.metadata[b"emotag.model"].startswith(b"emotag-base ")
    rows = after.select([name for name in after.column_names if name.startswith("emotion_")]).to_pylist()
    tags = EmotionTagger().tag([text or "" for text in TEXTS], taxonomy="ekman", scores=True)
    for row, tag, text in zip(rows, tags, TEXTS, strict=True):
        if tag.error is None:
            assert row == {
                "emotion_label": tag.label, "emotion_score": tag.score, "emotion_labels": list(tag.labels),
                "emotion_uncertain": tag.uncertain, "emotion_error": None, "emotion_scores": list(tag.scores.items()),
            }  # fmt: skip
        elif text is not None:
            assert (row["emotion_label"], row["emotion_error"]) == (None, f"INVALID_ARGUMENT: {tag.error}")
    assert rows[0]["emotion_error"] == "INVALID_ARGUMENT: text: is null; give a text"


def test_the_messages_of_every_way_in(tmp_path: Path) -> None:
    texts = at_hand()
    pq.write_table(pa.table({"text": texts}), tmp_path / "a.parquet")
    assert run(tmp_path / "a.parquet", "--output", tmp_path / "out", "--scores", "--taxonomy", TAXONOMY) == 0
    rows = pq.read_table(tmp_path / "out" / "a.parquet").to_pylist()
    assert [row["text"] for row in rows] == texts
    scores = [dict(row["emotion_scores"]) for row in rows]
    same(scores, truth_of(texts), [row["emotion_label"] for row in rows])


def test_bytes_that_are_no_utf8_are_errors_in_their_rows() -> None:
    column = pa.array([b"thanks", b"\xff\xfe"])
    for each in (column, pa.chunked_array([column]), column.view(pa.string()), column.dictionary_encode()):
        fine, bad = texts_of(each)
        assert fine == "thanks"
        assert "not UTF-8" in str(bad)


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"body": ["a"]}, "there is no column 'text'; name one of body"),
        ({"text": [{"a": 1}]}, "column 'text' holds struct<a: int64>; name one that holds strings"),
        ({"text": [5]}, "column 'text' holds int64"),
        ({"text": ["a"], "emotion_label": ["joy"]}, "there is a column emotion_label already; drop or rename it"),
    ],
)
def test_a_table_without_texts_is_refused(tmp_path: Path, capsys, arrays: dict, said: str) -> None:
    pq.write_table(pa.table(arrays), tmp_path / "a.parquet")
    assert run(tmp_path / "a.parquet", "--output", tmp_path / "out") == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_damage_is_named_and_leaves_nothing_half(tmp_path: Path, capsys) -> None:
    whole, path = tmp_path / "whole.parquet", tmp_path / "a.parquet"
    pq.write_table(table(pa.string()), whole)
    path.write_bytes(whole.read_bytes()[:-100])
    assert run(path, "--output", tmp_path / "out") == 2
    assert "a.parquet: is damaged, or not Parquet" in capsys.readouterr().err
    inside = bytearray(whole.read_bytes())
    inside[100:2000] = bytes(1900)
    path.write_bytes(inside)
    assert run(path, "--output", tmp_path / "out") == 2
    assert "a.parquet: is damaged" in capsys.readouterr().err
    assert not (tmp_path / "out" / "a.parquet").exists()


def test_a_table_without_rows_has_the_columns(tmp_path: Path) -> None:
    pq.write_table(table(pa.string()).slice(0, 0), tmp_path / "a.parquet")
    assert run(tmp_path / "a.parquet", "--output", tmp_path / "out") == 0
    assert pq.read_schema(tmp_path / "out" / "a.parquet").names[-1] == "emotion_error"


def test_wide_rows_make_small_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "BYTES", 1 << 20)
    wide = pa.table({"text": ["hello"] * 40, "image": [bytes([number]) * 100_000 for number in range(40)]})
    pq.write_table(wide, tmp_path / "a.parquet", use_dictionary=False)
    rows = [rows for _, rows, _ in tables.Tables(tmp_path / "a.parquet").parts()]
    assert sum(rows) == 40
    assert max(rows) <= 10


def test_rows_are_as_wide_as_they_are_in_memory_and_not_in_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A column of one long value, which a file holds once."""
    monkeypatch.setattr(tables, "BYTES", 1 << 20)
    rows = 3000
    wide = {"text": [f"hello {number}" for number in range(rows)], "system": ["You are an agent. " * 1000] * rows}
    narrow = {"text": ["hello"] * rows, "system": [""] * rows}
    pq.write_table(pa.concat_tables([pa.table(wide), pa.table(narrow)]), tmp_path / "a.parquet", row_group_size=700)
    assert (tmp_path / "a.parquet").stat().st_size < 100_000
    form = tables.Tables(tmp_path / "a.parquet")
    parts = [(len(payload), rows) for payload, rows, _ in form.parts()]
    assert sum(rows for _, rows in parts) == 2 * rows
    assert max(size for size, _ in parts) <= 1.1 * tables.BYTES
    assert [(len(payload), rows) for payload, rows, _ in form.parts()] == parts, "a run that goes on cuts them alike"


def test_a_dictionary_that_all_rows_share_makes_no_small_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "BYTES", 1 << 18)
    words = pa.array([f"{number} " + "x" * 1000 for number in range(500)])
    category = pa.DictionaryArray.from_arrays(pa.array([number % 500 for number in range(9000)], pa.int32()), words)
    listed = pa.ListArray.from_arrays(pa.array(range(9001), pa.int32()), category)
    pq.write_table(pa.table({"text": ["hello"] * 9000, "a": category, "b": listed}), tmp_path / "a.parquet")
    _, rows, _ = next(tables.Tables(tmp_path / "a.parquet").parts())
    assert rows >= 4096


@pytest.mark.parametrize("content", [b"PAR1" + b"x" * 100 + b"\x10\0\0\0PAR1", b""], ids=["garbage", "nothing"])
def test_a_footer_that_is_none_is_damage_of_that_file(tmp_path: Path, capsys, content: bytes) -> None:
    (tmp_path / "a.parquet").write_bytes(content)
    assert run(tmp_path / "a.parquet", "--output", tmp_path / "out") == 2
    assert f"{tmp_path}/a.parquet: is damaged, or not Parquet: " in capsys.readouterr().err


def test_what_the_system_says_of_a_file_is_no_damage(tmp_path: Path, capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    pq.write_table(table(pa.string()), tmp_path / "a.parquet")

    def refused(*_, **__) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(pq, "ParquetFile", refused)
    assert run(tmp_path / "a.parquet", "--output", tmp_path / "out") == 1
    said = capsys.readouterr().err
    assert ("Permission denied" in said, "damaged" in said) == (True, False)


def test_rows_at_once_have_room_wherever_they_stand() -> None:
    drawn = random.Random(7)
    for _ in range(300):
        few = [drawn.choice((1, 40, 900)) * drawn.randrange(1 << 12) for _ in range(drawn.randrange(200))]
        found, rows = few, 64
        room = max(tables.BYTES, 2 * max(few, default=0))
        while rows < tables.ROWS:
            found = [sum(found[place : place + 2]) for place in range(0, len(found), 2)]
            if max(found, default=0) > room:
                break
            rows *= 2
        assert tables._rows(iter(few)) == rows


def test_what_says_how_wide_rows_are_is_not_kept() -> None:
    """A small file may have a billion rows."""
    tracemalloc.start()
    assert tables._rows(repeat(100, 200_000)) == tables.ROWS
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 50_000
