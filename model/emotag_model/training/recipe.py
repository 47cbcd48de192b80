"""Recipes: named files that say all of how a checkpoint is made."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Self, TypeVar, get_args, get_origin, get_type_hints

from emotag_model.training.errors import TrainingError
from emotag_model.training.settings import TrainingSettings
from emotag_model.training.teachers.settings import TeacherSettings

_Kind = TypeVar("_Kind", TrainingSettings, TeacherSettings)
_EXPECTED: dict[Any, str] = {
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    tuple[int, ...]: "a list of whole numbers",
    tuple[str, ...]: "a list of texts",
}
_FOLDER = Path(__file__).parent / "recipes"
_KEYS = frozenset(
    {
        "about",
        "compute",
        "agents_repeated",
        "readings",
        "unlabelled",
        "may_ship_only",
        "material_seed",
        "made_examples",
        "alterations",
        "variants",
        "carried_words",
        "settings",
        "teachers",
    }
)


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """All of how a checkpoint is made.

    Attributes:
        name: What it is found by: the name of one that comes with emotag, or that of the file.
        about: One sentence for people.
        compute: What it took, for the card.
        settings: Of the network that becomes the checkpoint.
        agents_repeated: How often an epoch has the messages labelled in the words of `basic`.
        readings: Learn from the messages that we read and wrote ourselves, too.
        unlabelled: Data sets whose texts the teachers label.
        teachers: Trained one after another; their mean score is what the network learns. None: bare labels.
        made_examples: Labelled rows from templates, so many (`emotag_model.training.made_examples`).
        alterations: Have teachers label every message once more with other people, slips or capitals (`….augment`).
        variants: Have teachers label so many pieces, joins and garblings of every message (`….variants`).
        carried_words: Have teachers label so many of GloVe's most frequent words, alone and in a short text; with them
            the emoji that show a feeling.
        material_seed: Decides all that is made; apart from the network's, so that one can vary without the other.
        may_ship_only: Refuse data sets whose licence forbids redistribution or commercial use.
        changed: Names of the settings that are not as the file has them.
    """

    name: str
    about: str = ""
    compute: str = ""
    settings: TrainingSettings
    readings: bool = False
    agents_repeated: int = 1
    unlabelled: tuple[str, ...] = ()
    teachers: tuple[TeacherSettings | TrainingSettings, ...] = ()
    made_examples: int = 0
    alterations: bool = False
    variants: int = 0
    carried_words: int = 0
    material_seed: int = 1
    may_ship_only: bool = True
    changed: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.agents_repeated < 1:
            raise TrainingError(f"agents_repeated is {self.agents_repeated}; it must be at least 1")
        for name in ("made_examples", "variants", "carried_words", "material_seed"):
            if getattr(self, name) < 0:
                raise TrainingError(f"{name} is {getattr(self, name)}; it must be 0 or more")
        if (self.unlabelled or self.alterations or self.variants or self.carried_words) and not self.teachers:
            raise TrainingError(
                "unlabelled, alterations and variants are for teachers to label: name one in [[teachers]]"
            )

    @classmethod
    def find(cls, name: str) -> Self:
        """Read a recipe by its name, or from a file of one's own. Raises TrainingError that names the field."""
        path = _FOLDER / f"{name}.toml" if name in recipe_names() else Path(name)
        if not path.is_file():
            raise TrainingError(f"no recipe {name!r}: name one of {', '.join(recipe_names())}, or a TOML file")
        try:
            return cls._read(path)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError, ValueError) as error:
            raise TrainingError(f"{path}: {error}") from error
        except TrainingError as error:
            raise TrainingError(f"{path}: {error}") from error

    def with_settings(self, changes: dict[str, Any]) -> Self:
        """Return it with some of the network's settings changed."""
        settings = replace(self.settings, **changes)
        changed = {name for name, value in changes.items() if value != getattr(self.settings, name)}
        return replace(self, settings=settings, changed=self.changed | changed)

    @classmethod
    def _read(cls, path: Path) -> Self:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        if unknown := sorted(content.keys() - _KEYS):
            raise TrainingError(f"unknown: {', '.join(unknown)}; a recipe has {', '.join(sorted(_KEYS))}")
        settings = _settings(TrainingSettings, _table(content.pop("settings", {})))
        teachers = tuple(_teacher(each, settings) for each in _tables(content.pop("teachers", [])))
        name = path.stem if path.parent == _FOLDER else path.name
        return cls(name=name, settings=settings, teachers=teachers, **_typed(cls, content))


def recipe_names() -> tuple[str, ...]:
    """Return the recipes that come with emotag."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


def _teacher(content: dict[str, Any], student: TrainingSettings) -> TeacherSettings | TrainingSettings:
    content = dict(content)
    kind = content.pop("kind", None)
    if kind == "minilm":
        return _settings(TeacherSettings, content)
    if kind == "cnn-bisru":  # what is not said is as with the student
        return replace(student, **_known(TrainingSettings, content))
    raise TrainingError(f"teachers: kind is {kind!r}; it must be minilm or cnn-bisru")


def _table(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TrainingError(f"settings is {value!r}; it must be a table, [settings]")
    return value


def _tables(value: object) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise TrainingError(f"teachers is {value!r}; it must be tables, each under [[teachers]]")
    return value


def _settings(kind: type[_Kind], content: dict[str, Any]) -> _Kind:
    return kind(**_known(kind, content))


def _known(kind: type[Any], content: dict[str, Any]) -> dict[str, Any]:
    known = {field.name for field in fields(kind)}
    if unknown := sorted(content.keys() - known):
        raise TrainingError(f"unknown setting {', '.join(unknown)}; there are {', '.join(sorted(known))}")
    return _typed(kind, content)


def _typed(kind: type[Any], content: dict[str, Any]) -> dict[str, Any]:
    """Return values as the fields of `kind` have them. Raises TrainingError for one of another type."""
    types = get_type_hints(kind)
    for name, value in content.items():
        if not _fits(value, types[name]):
            raise TrainingError(f"{name} is {value!r}; it must be {_EXPECTED[types[name]]}")
    return {name: tuple(each) if isinstance(each, list) else each for name, each in content.items()}


def _fits(value: object, expected: Any) -> bool:
    """Tell whether a value of TOML is of a type; a whole number is a number too, and a bool is neither."""
    if isinstance(value, list):
        return get_origin(expected) is tuple and all(type(each) is get_args(expected)[0] for each in value)
    return type(value) is expected or (expected is float and type(value) is int)
