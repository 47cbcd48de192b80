"""The one registry of data sets that emotag knows."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from emotag_model.training.data.sets.agents import AGENTS
from emotag_model.training.data.sets.dialogues import DIALOGUES
from emotag_model.training.data.sets.sentences import SENTENCES
from emotag_model.training.data.sets.service import SERVICE
from emotag_model.training.data.sets.streams import STREAMS
from emotag_model.training.data.sets.tweets import TWEETS
from emotag_model.training.data.sets.unlabelled import UNLABELLED
from emotag_model.training.errors import TrainingError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from emotag_model.training.data.data_set import DataSet

REGISTRY: Mapping[str, DataSet] = MappingProxyType(
    {each.name: each for each in (*SENTENCES, *TWEETS, *DIALOGUES, *SERVICE, *UNLABELLED, *STREAMS, *AGENTS)}
)
"""Name to data set."""


def find(name: str) -> DataSet:
    """Return the data set called `name`. Raises TrainingError where there is none."""
    if name not in REGISTRY:
        raise TrainingError(f"no data set is called {name!r}; `emotag data list` names those there are")
    return REGISTRY[name]
