"""All label sets of one model; stored in a checkpoint as `labels.json`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from emotag_model.labels.errors import LabelsError
from emotag_model.labels.taxonomy import Taxonomy

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FORMAT = "emotag-labels"


@dataclass(frozen=True, kw_only=True)
class Labels:
    """The outputs, in the order of the model's logits, and the taxonomies over them by name."""

    outputs: tuple[str, ...]
    taxonomies: Mapping[str, Taxonomy]
    default: str

    def __post_init__(self) -> None:
        if self.default not in self.taxonomies:
            raise LabelsError(f"labels: the default taxonomy {self.default!r} is none of {', '.join(self.taxonomies)}")
        for taxonomy in self.taxonomies.values():
            if max(member for group in taxonomy.members for member in group) >= len(self.outputs):
                raise LabelsError(f"taxonomy {taxonomy.name!r}: has members beyond the {len(self.outputs)} outputs")

    def taxonomy(self, name: str = "") -> Taxonomy:
        """Return the taxonomy of that name, the default one for "". Raises LabelsError, naming those there are."""
        try:
            return self.taxonomies[name or self.default]
        except KeyError:
            raise LabelsError(f"taxonomy {name!r} is unknown; use one of {', '.join(self.taxonomies)}") from None

    def save(self, path: Path) -> None:
        """Write `labels.json`."""
        taxonomies = [taxonomy.to_dict() for taxonomy in self.taxonomies.values()]
        content = {"format": FORMAT, "outputs": self.outputs, "default": self.default, "taxonomies": taxonomies}
        path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Labels:
        """Read what `save` wrote. Raises LabelsError when it is something else, OSError when it cannot be read."""
        try:
            return cls._from_content(json.loads(path.read_text(encoding="utf-8")))
        except LabelsError as error:
            raise LabelsError(f"{path}: {error}") from error
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise LabelsError(f"{path}: not emotag labels ({type(error).__name__}: {error})") from error

    @classmethod
    def _from_content(cls, content: dict[str, Any]) -> Labels:
        if content["format"] != FORMAT:
            raise LabelsError(f"format is {content['format']!r}, not {FORMAT!r}")
        taxonomies = {each["name"]: Taxonomy.from_dict(each) for each in content["taxonomies"]}
        return cls(outputs=tuple(content["outputs"]), taxonomies=taxonomies, default=content["default"])
