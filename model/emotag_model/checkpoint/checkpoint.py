"""A trained model as a folder: `config.json`, `model.safetensors`, `tokenizer.json`, `labels.json`, `card.md`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from emotag_model.checkpoint.digest import CARD, CONFIG, LABELS, TOKENIZER, WEIGHTS, seal, verify
from emotag_model.checkpoint.errors import ForeignCheckpointError
from emotag_model.checkpoint.identity import Identity
from emotag_model.labels import Labels, LabelsError
from emotag_model.network.config import CnnBiSruConfig
from emotag_model.network.shapes import EMBEDDING, parameter_shapes
from emotag_model.text import TextDataError, Tokenizer

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from emotag_model.network.cnn_bisru import CnnBiSru

FORMAT, FORMAT_VERSION = "emotag-checkpoint", 1


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """Everything that a tag is computed by, read from a verified folder; torch is imported by `network` alone."""

    identity: Identity
    config: CnnBiSruConfig
    tokenizer: Tokenizer
    labels: Labels
    weights: dict[str, NDArray[Any]]
    card: str

    @classmethod
    def load(cls, folder: Path) -> Checkpoint:
        """Read and verify a checkpoint.

        Raises DamagedCheckpointError when a file is not as it was written, ForeignCheckpointError when the folder is
        no checkpoint that this version can use.
        """
        digest = verify(folder)
        try:
            return cls._read(folder, digest)
        except (TextDataError, LabelsError) as error:
            raise ForeignCheckpointError(str(error)) from error
        except (KeyError, TypeError, AttributeError, ValueError, SafetensorError) as error:
            raise ForeignCheckpointError(
                f"{folder}: not as emotag writes it ({type(error).__name__}: {error})"
            ) from error

    @classmethod
    def _read(cls, folder: Path, digest: str) -> Checkpoint:
        stored = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        _check_format(folder / CONFIG, stored)
        checkpoint = cls(
            identity=Identity(stored["name"], stored["version"], digest),
            config=CnnBiSruConfig.from_dict(stored["network"]),
            tokenizer=Tokenizer.load(folder / TOKENIZER),
            labels=Labels.load(folder / LABELS),
            weights=load_file(folder / WEIGHTS),
            card=(folder / CARD).read_text(encoding="utf-8"),
        )
        checkpoint.check(folder)
        return checkpoint

    def network(self) -> CnnBiSru:
        """Build the network with these weights, in float32 on the CPU, ready for inference."""
        from emotag_model.network.stored import build_network  # noqa: PLC0415 - imports torch, seconds

        return build_network(self.config, self.weights)

    def save(self, folder: Path) -> Checkpoint:
        """Write the folder, sealed, and return the checkpoint as it will be read: with its digest.

        The embedding is stored in float16: words are most of the file, and the scores do not move by 1e-3.
        """
        self.check(folder)
        folder.mkdir(parents=True, exist_ok=True)
        identity = {"name": self.identity.name, "version": self.identity.version}
        content = {"format": FORMAT, "format_version": FORMAT_VERSION, **identity, "network": self.config.to_dict()}
        (folder / CONFIG).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        weights = {name: _stored(name, values) for name, values in self.weights.items()}
        (folder / WEIGHTS).write_bytes(save(weights))  # its own writer makes files that only their owner can read
        self.tokenizer.save(folder / TOKENIZER)
        self.labels.save(folder / LABELS)
        (folder / CARD).write_text(self.card, encoding="utf-8")
        seal(folder)
        return Checkpoint.load(folder)

    def check(self, place: Path) -> None:
        """Raise ForeignCheckpointError, beginning with `place`, unless words, labels and weights fit the config."""
        words, labels = len(self.tokenizer.vocabulary), len(self.labels.outputs)
        if (words, labels) != (self.config.vocabulary_size, self.config.label_count):
            raise ForeignCheckpointError(
                f"{place}: {words} words and {labels} outputs, but the network of {CONFIG} is for "
                f"{self.config.vocabulary_size} and {self.config.label_count}; its files are of different checkpoints"
            )
        expected = parameter_shapes(self.config)
        found = {name: values.shape for name, values in self.weights.items()}
        if wrong := sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name)):
            raise ForeignCheckpointError(
                f"{place}: the network of {CONFIG} does not fit the weights {', '.join(wrong)}"
            )
        if bad := [name for name, values in self.weights.items() if not np.isfinite(values).all()]:
            raise ForeignCheckpointError(f"{place}: {', '.join(bad)} holds numbers that are not finite; train again")


def _check_format(path: Path, stored: dict[str, Any]) -> None:
    if stored.get("format") != FORMAT:
        raise ForeignCheckpointError(f"{path}: format is {stored.get('format')!r}, not {FORMAT!r}")
    if stored.get("format_version") != FORMAT_VERSION:
        raise ForeignCheckpointError(
            f"{path}: format_version is {stored.get('format_version')!r}, this emotag reads {FORMAT_VERSION}; "
            "use the emotag version that the checkpoint was made with, or train again"
        )
    if not (isinstance(stored.get("name"), str) and isinstance(stored.get("version"), str)):
        raise ForeignCheckpointError(f"{path}: name and version must be texts")


def _stored(name: str, values: NDArray[Any]) -> NDArray[Any]:
    return np.ascontiguousarray(values, np.float16 if name == EMBEDDING else np.float32)
