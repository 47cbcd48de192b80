"""Data sets in small, as a folder of them is laid out."""

import os
from pathlib import Path

import pytest

from tests.unit.model.training.datafolder import write_rows

SHARED = Path(os.environ.get("EMOTAG_SHARED") or Path(__file__).parents[5].parent / "shared") / "data"
needs_shared = pytest.mark.skipif(not (SHARED / "text").is_dir(), reason=f"no data at {SHARED}; set EMOTAG_SHARED")


def said(text, *labels, **more):
    return {"text": text, "labels": list(labels), **more}


def write_split(folder, data_set, split, rows):
    path = folder / "text" / data_set / f"{split}.jsonl.gz"
    write_rows(path, rows)
    return path


def write_short_texts(folder, **texts):
    """Write the corpus of short texts: source to its texts."""
    rows = [{"source": source, "text": text} for source, some in texts.items() for text in some]
    write_rows(folder / "unlabelled" / "short_text_en.jsonl.gz", rows)
