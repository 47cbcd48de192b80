"""Labels: the sets a tag is expressed in, how the fine ones roll up into coarse ones, and how logits become scores."""

from emotag_model.labels.catalogue import EKMAN, FINE_LABELS, GOEMOTIONS, SENTIMENT, default_labels
from emotag_model.labels.errors import LabelsError
from emotag_model.labels.labels import Labels
from emotag_model.labels.taxonomy import Taxonomy

__all__ = ["EKMAN", "FINE_LABELS", "GOEMOTIONS", "SENTIMENT", "Labels", "LabelsError", "Taxonomy", "default_labels"]
