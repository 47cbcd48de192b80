"""Taxonomies that are not calibrated: scores are plain sigmoids of the logits."""

from __future__ import annotations

from emotag_model.labels import Taxonomy

FINE = ("joy", "anger", "fear", "neutral")


def plain_taxonomies() -> tuple[Taxonomy, ...]:
    """Return a fine taxonomy of four labels, the default, and a coarse one of two over them."""
    fine = Taxonomy.plain("fine", {label: [index] for index, label in enumerate(FINE)})
    return fine, Taxonomy.plain("coarse", {"pleasant": [0, 3], "unpleasant": [1, 2]})
