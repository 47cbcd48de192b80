"""Training: from labelled messages, word vectors and a recipe to a checkpoint folder."""

from emotag_model.training.errors import TrainingError
from emotag_model.training.recipe import Recipe, recipe_names
from emotag_model.training.settings import TrainingSettings
from emotag_model.training.state import EpochFigures
from emotag_model.training.train import train

__all__ = ["EpochFigures", "Recipe", "TrainingError", "TrainingSettings", "recipe_names", "train"]
