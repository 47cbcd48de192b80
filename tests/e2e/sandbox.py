"""A folder to type the pages' commands in: what they name is there, small."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

from emotag_model.checkpoint import default_checkpoint
from tests.e2e.pages import ROOT

SAID = [
    ("Thank you so much, you saved the whole launch!", "joy"),
    ("I am furious, you broke my code again and I hate it!", "anger"),
    ("The build takes eleven minutes on the second runner.", "neutral"),
    ("I miss my old team, it is so sad without them.", "sadness"),
    ("This is disgusting, there is mould in the box.", "disgust"),
    ("I am terrified that we lose all the data tonight.", "fear"),
    ("Wow, I never expected that to work!", "surprise"),
    ("Please give me the number of the order.", "neutral"),
]


def furnish(folder: Path) -> Path:
    """Put into `folder` the data, messages and checkpoints that commands name."""
    data = folder / "DIR"
    labelled = [{"id": f"m{number}", "text": text, "labels": [label]} for number, (text, label) in enumerate(SAID)]
    for name in ("goemotions", "meld"):
        _write(data / "text" / name / "dev.jsonl.gz", labelled)
    _write(data / "agents" / "dev.jsonl.gz", [_read(row) for row in labelled])
    _write(data / "streams" / "talk.jsonl.gz", [{"id": row["id"], "text": row["text"]} for row in labelled])
    _write(folder / "messages.jsonl", [{"id": row["id"], "text": row["text"]} for row in labelled])
    (folder / "docs").mkdir()
    shutil.copy(ROOT / "docs" / "model.md", folder / "docs")
    (folder / "runs").mkdir()
    for name in ("new", "old"):
        (folder / "runs" / name).symlink_to(default_checkpoint())
    return folder


def _read(row: dict[str, Any]) -> dict[str, Any]:
    """A message as the readers of agents' messages have it."""
    (label,) = row["labels"]
    return {
        "id": row["id"], "text": row["text"], "label": label, "accept": [label], "readers": [[label], [label]],
        "part": "random", "source": "talk",
    }  # fmt: skip


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(row) + "\n" for row in rows).encode()
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
