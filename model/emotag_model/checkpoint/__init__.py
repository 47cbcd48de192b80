"""Checkpoints: a trained model as a folder of files that anyone can read, verified before use."""

from emotag_model.checkpoint.checkpoint import Checkpoint
from emotag_model.checkpoint.default import default_checkpoint
from emotag_model.checkpoint.errors import CheckpointError, DamagedCheckpointError, ForeignCheckpointError
from emotag_model.checkpoint.identity import Identity

__all__ = [
    "Checkpoint",
    "CheckpointError",
    "DamagedCheckpointError",
    "ForeignCheckpointError",
    "Identity",
    "default_checkpoint",
]
