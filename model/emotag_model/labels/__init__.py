"""Labels: the sets a tag is expressed in, how outputs roll up into them, and how logits become scores."""

from emotag_model.labels.catalogue import (
    BASIC,
    BASIC_LABELS,
    EKMAN,
    FINE_LABELS,
    GOEMOTIONS,
    HEADS,
    OUTPUTS,
    SENTIMENT,
    default_labels,
    head_of,
)
from emotag_model.labels.errors import LabelsError
from emotag_model.labels.labels import Labels
from emotag_model.labels.taxonomy import Taxonomy

__all__ = [
    "BASIC",
    "BASIC_LABELS",
    "EKMAN",
    "FINE_LABELS",
    "GOEMOTIONS",
    "HEADS",
    "OUTPUTS",
    "SENTIMENT",
    "Labels",
    "LabelsError",
    "Taxonomy",
    "default_labels",
    "head_of",
]
