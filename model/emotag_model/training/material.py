"""All that one recipe learns from: the data, and what is made of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from emotag_model.training.augment import augmented
from emotag_model.training.faces import FACES
from emotag_model.training.made_examples import made_examples
from emotag_model.training.variants import Variants

if TYPE_CHECKING:
    from emotag_model.text.examples import Example
    from emotag_model.training.data import TrainingData
    from emotag_model.training.recipe import Recipe

_FACES_CARRIED = 4  # times each: they are few, and mean much


@dataclass(frozen=True)
class Material:
    """What networks learn from; nothing held out is in it, nor anything that is nearly that.

    Attributes:
        data: As loaded.
        made: Labelled rows from templates, for what labelled comments lack.
        varied: Variants of the labelled messages and of what is told, for teachers to label anew.
        agents_repeated: How often an epoch has the messages labelled in the words of `basic`: they are few.
    """

    data: TrainingData
    made: list[Example] = field(default_factory=list)
    varied: list[str] = field(default_factory=list)
    agents_repeated: int = 1

    @property
    def labelled(self) -> list[Example]:
        """Rows with labels, those of readers first."""
        return [*self.data.train, *self.data.agents * self.agents_repeated, *self.made]

    @property
    def unlabelled(self) -> list[str]:
        """Texts that have only what teachers say of them."""
        return [*self.data.unlabelled, *(each.text for each in self.data.told), *self.varied]

    @cached_property
    def digest(self) -> str:
        """Of everything, in hexadecimal."""
        digest = hashlib.sha256(f"{self.data.digest}{self.agents_repeated}".encode())
        for text in (*(f"{each.text}\0{each.labels}" for each in self.made), *self.unlabelled):
            digest.update(f"{text}\n".encode("utf-8", "surrogatepass"))
        return digest.hexdigest()


def gather(data: TrainingData, recipe: Recipe) -> Material:
    """Make what the recipe asks for; the same recipe and data give the same.

    A template, or a piece of a training message, can say what a short message does that is held out.
    """
    seed, held_out = recipe.material_seed, data.held_out
    made = held_out.keep_out(made_examples(recipe.made_examples, seed))
    labelled = [*data.train, *data.agents]
    altered = augmented([*labelled, *data.told], 1.0, seed) if recipe.alterations else []
    variants, told = (Variants([each.text for each in rows], seed) for rows in (labelled, data.told))
    drawn = [text for _ in range(recipe.variants) for text in (*variants.draw(), *told.draw())]
    words = [word for word in data.vectors.words[: recipe.carried_words] if word.isalpha()]
    carried = variants.carry([*words, *FACES * _FACES_CARRIED] if words else [])
    varied = [*(each.text for each in altered), *drawn, *carried]
    return Material(data, made, [text for text in varied if not held_out.has(text)], recipe.agents_repeated)
