"""What the Open Inference Protocol (v2) says of a model, and texts as its tensors: the same over HTTP and gRPC."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np

from emotag_service.contract.status import refusal, too_many

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from emotag_model.checkpoint import Identity
    from emotag_service.engine.engine import Engine
    from emotag_service.engine.tag import Tag

NAME = "emotag"
INPUT, LABEL, SCORES = "INPUT_TEXT", "OUTPUT_TEXT", "scores"


def check_model(engine: Engine, name: str, number: str) -> None:
    """Look at the model that is asked for; no number stands for the version that there is.

    Raises:
        CallRefusedError: There is none such.
    """
    there = engine.model.identity.version
    if (name, number or there) != (NAME, there):
        raise refusal("NOT_FOUND", "NO_MODEL", f"there is no model of this name and version, but {NAME}, {there}")


def tensors(labels: Sequence[str]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Inputs and outputs of the model by the protocol's words, with scores of these labels."""
    outputs = [
        {"name": LABEL, "datatype": "BYTES", "shape": [-1]},
        {"name": SCORES, "datatype": "FP32", "shape": [-1, len(labels)]},
    ]
    return [{"name": INPUT, "datatype": "BYTES", "shape": [-1]}], outputs


def makers(tags: Iterable[Tag], live: Identity) -> tuple[str, str]:
    """Version and digest of the model that made all of these tags; replies have the digest among their parameters.

    Where two models made them, as while a split is on, the version is that of the live one, and digests of the model of
    each text stand between commas.
    """
    made = [tag.model or live for tag in tags]
    if len(set(made)) == 1:
        return made[0].version, made[0].digest
    return live.version, ",".join(model.digest for model in made)


def check_shape(shape: Sequence[int], texts: int) -> None:
    """Look at the shape that is said of a tensor of so many texts.

    Raises:
        CallRefusedError: It is not that tensor's.
    """
    if len(shape) > 2 or texts != (shape[0] if shape else 1) or list(shape[1:]) not in ([], [1]):
        problem = f"is [N] or [N, 1] of the {texts:,} texts that are there, and must say so"
        raise wrong("inputs[0].shape", problem)


def unpacked(binary: bytes, most: int) -> list[str]:
    """The elements of a binary tensor, each with four bytes of its length in front, and at most so many.

    Raises:
        CallRefusedError: It is none, has more elements, or holds what is not UTF-8.
    """
    elements, at = [], 0
    while at < len(binary):
        begin = at + 4
        at = begin + int.from_bytes(binary[at:begin], "little")
        if at > len(binary):
            raise wrong("inputs[0]", "its last element is cut off: put the length of each in front, as 4 bytes")
        elements.append(binary[begin:at])
        if len(elements) > most:  # 16 MiB can hold four million empty ones, which nobody shall count on the event loop
            raise too_many(None, most)
    return decoded(elements)


def decoded(elements: Iterable[bytes]) -> list[str]:
    """Texts of the elements of the input.

    Raises:
        CallRefusedError: One is not UTF-8.
    """
    texts: list[str] = []
    for element in elements:
        try:
            texts.append(element.decode())
        except UnicodeDecodeError:
            raise wrong(place(len(texts)), "is not UTF-8") from None
    return texts


def packed(tags: Iterable[Tag]) -> bytes:
    """Labels as a binary tensor."""
    return b"".join(struct.pack("<I", len(tag.label)) + tag.label.encode() for tag in tags)


def scores_of(tags: Iterable[Tag]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Scores of tags that have them, little-endian float32 [B, K]."""
    rows = np.stack([tag.scores for tag in tags if tag.scores is not None])
    return rows.astype("<f4")


def place(index: int) -> str:
    """What a text is called in errors."""
    return f"{INPUT}[{index}]"


def wrong(name: str, problem: str) -> Exception:
    """Refuse a request for one of its fields."""
    return refusal("INVALID_ARGUMENT", "INVALID_REQUEST", f"{name}: {problem}")
