"""The data sets that systems are measured on zero-shot: the held-out split of each that is at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_model.evaluation.label_sets import LABEL_SETS
from emotag_model.evaluation.selection import Selection, select

if TYPE_CHECKING:
    from pathlib import Path

SPLITS = (
    ("meld", "meld/dev"),
    ("dair", "dair_emotion/val"),
    ("emocontext", "emocontext/dev"),
    ("tweeteval", "tweeteval_emotion/val"),
    ("dailydialog", "dailydialog/validation"),
    ("isear", "isear_deepmoji_split/val"),
    ("semeval2018", "semeval2018_ec/dev"),
)
"""Label set, and file below the folder `text`. None of them is trained on by anything that ships."""


def held_out(folder: Path) -> tuple[dict[str, Selection], list[Path]]:
    """Read those of `folder`/text that are there → by file, and the files that are not.

    Raises TextDataError naming the line of a file that is damaged.
    """
    paths = {split: folder / "text" / f"{split}.jsonl.gz" for _, split in SPLITS}
    found = {
        split: select(paths[split], LABEL_SETS, label_set) for label_set, split in SPLITS if paths[split].is_file()
    }
    return found, [path for path in paths.values() if not path.is_file()]
