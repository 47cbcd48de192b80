"""What is measured of every system: on the data it was trained for, on others, and its speed."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from emotag_model.evaluation.assessment import Sampling, assess
from emotag_model.evaluation.crossfit import crossfit
from emotag_model.evaluation.label_set import OWN_LABEL_SETS
from emotag_model.evaluation.selection import Selection
from emotag_model.evaluation.system import judge, outcomes
from emotag_model.labels import EKMAN, GOEMOTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from emotag_model.evaluation.bootstrap import Interval
    from emotag_model.evaluation.system import System
    from emotag_model.text.examples import Example


@dataclass(frozen=True, kw_only=True)
class Transfer:
    """Zero-shot figures on one data set: macro-F1, and the figure that it is usually judged by."""

    macro_f1: Interval
    headline: str
    headline_value: Interval


@dataclass(frozen=True, kw_only=True)
class Figures:
    """One system's line of the table.

    Attributes:
        system: its name.
        macro_f1: on GoEmotions' dev split, by taxonomy.
        held_out: the same where calibration and thresholds were fitted to the other half of dev.
        calibration_error: of the Ekman score that tags carry, on dev.
        transfer: by data set.
        messages_per_second: on one core.
    """

    system: str
    macro_f1: dict[str, Interval]
    held_out: dict[str, float]
    calibration_error: float
    transfer: dict[str, Transfer]
    messages_per_second: float

    def to_dict(self) -> dict[str, Any]:
        """Return the figures in JSON's types."""
        return asdict(self)


def measure(
    system: System, dev: Sequence[Example], others: Mapping[str, Selection], rate: float, sampling: Sampling
) -> Figures:
    """Measure a system on GoEmotions' dev split and, zero-shot, on the data sets of `others`."""
    own = Selection(OWN_LABEL_SETS[0], list(dev), {})
    logits = system.logits(own.examples)
    found = {each.name: assess(each, sampling) for each in judge(system.labels, own, logits)}
    taxonomies = {name: system.labels.taxonomy(name) for name in (GOEMOTIONS, EKMAN)}
    return Figures(
        system=system.name,
        macro_f1={name: found[name].intervals["macro-F1"] for name in taxonomies},
        held_out={name: crossfit(each, logits, own.truth)[0] for name, each in taxonomies.items()},
        calibration_error=found[EKMAN].report.calibration_error,
        transfer={name: _transfer(system, each, sampling) for name, each in others.items()},
        messages_per_second=rate,
    )


def _transfer(system: System, selection: Selection, sampling: Sampling) -> Transfer:
    (outcome,) = outcomes(system, selection)
    found = assess(outcome, sampling)
    return Transfer(
        macro_f1=found.intervals["macro-F1"],
        headline=found.headline,
        headline_value=found.intervals[found.headline],
    )
