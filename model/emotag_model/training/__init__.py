"""Training: from labelled messages and word vectors to a checkpoint folder."""

from emotag_model.training.errors import TrainingError
from emotag_model.training.run import EpochFigures, train
from emotag_model.training.settings import TrainingSettings

__all__ = ["EpochFigures", "TrainingError", "TrainingSettings", "train"]
