"""What can be wrong with a checkpoint.

CheckpointError
├── DamagedCheckpointError    a file is missing, cut or altered since it was written
└── ForeignCheckpointError    whole, but not one that this version of emotag can use
"""

from __future__ import annotations


class CheckpointError(Exception):
    """A checkpoint cannot be used; the text names the file and the fix."""


class DamagedCheckpointError(CheckpointError):
    """A file of the checkpoint is missing, cut or altered since it was written."""


class ForeignCheckpointError(CheckpointError):
    """The folder is no checkpoint of emotag, or one of a format or shape that this version cannot use."""
