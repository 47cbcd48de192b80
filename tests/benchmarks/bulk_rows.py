"""The lines of bulk work: a million distinct rows by two workers against one, and by this machine's own measure of two.

`emotag tag-files` reads and writes JSON lines; Spark and Ray, where they are installed, tag a frame and count it. Two
vCPUs may be one core's threads: what two processes that share nothing tag, against one, is the most that can be had.
Linear means as much again for each further worker and core: the one worker has one core, with all that feeds it, such
as Spark's JVM, which would otherwise have the second core for itself.
"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

from tests.benchmarks.row import Row, compare, of_pairs
from tests.benchmarks.texts import short_texts

ROWS = int(os.environ.get("EMOTAG_BENCH_BULK_ROWS", "1000000"))
BASE = 50_000  # texts, each of which becomes others by what is put before it
SECONDS = 5.0  # of the machine's own measure
BAR = ">= 1.6, .8 of linear"


def rows(repeats: int) -> Iterator[Row]:
    """Measure two workers and one in turn."""
    base = short_texts(BASE)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        yield compare(
            "the machine: 2 processes that share nothing",
            "rows/s",
            lambda: sum(pool.map(_alone, [base, base])),
            "one of them",
            lambda: pool.submit(_alone, base).result(),
            repeats=repeats,
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.jsonl"
        _write(path, base)
        yield _pair("tag-files, 2 workers, JSON lines", lambda workers: _tag_files(path, workers), repeats)
        for name, measure in (("pyspark", _spark), ("ray", _ray)):
            if importlib.util.find_spec(name):
                yield _pair(f"{name}, 2 workers", lambda workers, measure=measure: measure(path, workers), repeats)


def _pair(what: str, measure: Callable[[int], float], repeats: int) -> Row:
    pairs = []
    for _ in range(repeats):  # each takes so long that none is needed to warm up
        both = measure(2)
        with _one_core():
            pairs.append((both, measure(1)))
    return of_pairs(what, "rows/s", "1 worker, 1 core", pairs, BAR)


@contextmanager
def _one_core() -> Iterator[None]:
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})  # which processes that are started inherit
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def _write(path: Path, base: Sequence[str]) -> None:
    """Every row has a text of its own: a comment behind the beginning of another."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(ROWS):
            lap, place = divmod(number, len(base))
            text = base[place] if not lap else f"{base[(place + lap) % len(base)][:12]} {base[place]}"
            file.write(json.dumps({"id": number, "text": text}) + "\n")


def _alone(texts: Sequence[str]) -> float:
    """Rows a second of this process's tagger over some seconds."""
    from emotag.bulk.tagger import process_tagger  # noqa: PLC0415 - in a process of its own

    tagger, done = process_tagger(None), 0
    tagger.columns(texts[:1000])
    began = time.perf_counter()
    while (elapsed := time.perf_counter() - began) < SECONDS:
        part = texts[done % (len(texts) - 5000) :][:5000]
        tagger.columns(part)
        done += len(part)
    return done / elapsed


def _tag_files(path: Path, workers: int) -> float:
    """The whole command: start, load, read, tag, write."""
    with tempfile.TemporaryDirectory(dir=path.parent) as output:
        command = [sys.executable, "-m", "emotag", "tag-files", str(path), "--output", f"{output}/out"]
        return _timed(lambda: subprocess.run([*command, "--workers", str(workers)], check=True, capture_output=True))


def _spark(path: Path, workers: int) -> float:
    return _timed(lambda: _script(_SPARK, path, workers))


def _ray(path: Path, workers: int) -> float:
    return _timed(lambda: _script(_RAY, path, workers))


def _script(code: str, path: Path, workers: int) -> None:
    variables = {**os.environ, "PYSPARK_PYTHON": sys.executable}
    subprocess.run(
        [sys.executable, "-c", code, str(path), str(workers)], check=True, capture_output=True, env=variables
    )


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return ROWS / (time.perf_counter() - began)


_SPARK = """
import sys
from pyspark.sql import SparkSession
from emotag.bulk.spark import emotion_udf
path, workers = sys.argv[1:]
builder = SparkSession.builder.master(f"local[{workers}]").config("spark.ui.enabled", "false")
spark = builder.config("spark.driver.host", "127.0.0.1").getOrCreate()
frame = spark.read.schema("id long, text string").json(path).withColumn("emotion", emotion_udf()("text"))
frame.groupBy("emotion.label").count().collect()
"""
_RAY = """
import sys
import ray
from emotag.bulk.ray import EmotionMapper
path, workers = sys.argv[1:]
ray.init(num_cpus=4, include_dashboard=False, log_to_driver=False)
read = ray.data.read_json(path, lines=True)
tagged = read.map_batches(EmotionMapper, concurrency=int(workers), batch_format="pyarrow", batch_size=8192)
tagged.select_columns(["emotion_label"]).groupby("emotion_label").count().take_all()
"""
