"""Columns of Arrow: texts out of one, tags into others. The only file of this package that makes Arrow's values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emotag.errors import InvalidArgumentError

try:
    import pyarrow as pa
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        f"columns of Arrow need {error.name}: pip install 'emotag[bulk]' brings it", name=error.name
    ) from error

if TYPE_CHECKING:
    from emotag.columns import TagColumns
    from emotag.local import EmotionTagger

PREFIX = "emotion_"


def tag_fields(*, scores: bool) -> list[Any]:
    """Return the fields of a tag, as they are named behind `emotion_`."""
    fields = [
        pa.field("label", pa.string()),
        pa.field("score", pa.float32()),
        pa.field("labels", pa.list_(pa.string())),
        pa.field("uncertain", pa.bool_()),
        pa.field("error", pa.string()),
    ]
    return [*fields, pa.field("scores", pa.map_(pa.string(), pa.float32()))] if scores else fields


def tag_arrays(tags: TagColumns, *, scores: bool) -> list[Any]:
    """Return the arrays of `tag_fields`, N long each."""
    values: list[Any] = [tags.label, tags.score, tags.labels, tags.uncertain, tags.errors()]
    if scores:
        values.append([None if each is None else list(each.items()) for each in tags.scores])
    return [pa.array(each, field.type) for each, field in zip(values, tag_fields(scores=scores), strict=True)]


def is_text(kind: Any) -> bool:
    """Whether a column of this type holds texts: strings or bytes of UTF-8, plain or by a dictionary."""
    if pa.types.is_dictionary(kind):
        return is_text(kind.value_type)
    tests = ("is_string", "is_large_string", "is_string_view", "is_binary", "is_large_binary", "is_binary_view")
    return any(getattr(pa.types, test)(kind) for test in tests) or pa.types.is_null(kind)


def texts_of(column: Any) -> list[object]:
    """Return the texts of an array or a chunked one; in the place of bytes that are no UTF-8 stands the error."""
    try:
        values: list[object] = column.to_pylist()
    except UnicodeDecodeError:  # a writer that did not look
        plain = column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
        values = plain.cast(pa.large_binary()).to_pylist()
    return [_decoded(value) if isinstance(value, bytes) else value for value in values]


def tagged(
    table: Any, text_field: str, tagger: EmotionTagger, *, taxonomy: str, scores: bool
) -> tuple[Any, TagColumns]:
    """Return a table or batch with the columns of tags behind its own, and the tags.

    Raises:
        InvalidArgumentError: The schema is refused by `check_schema`, or the taxonomy by the model.
    """
    check_schema(table.schema, text_field)
    tags = tagger.columns(texts_of(table.column(text_field)), taxonomy=taxonomy, scores=scores)
    for field, array in zip(tag_fields(scores=scores), tag_arrays(tags, scores=scores), strict=True):
        table = table.append_column(field.with_name(PREFIX + field.name), array)
    return table, tags


def check_schema(schema: Any, text_field: str) -> None:
    """See that a table has texts, and room for the columns of tags.

    Raises:
        InvalidArgumentError: It has not; names the column and the fix.
    """
    names = schema.names
    if names.count(text_field) != 1:
        told = "no" if text_field not in names else "more than one"
        raise InvalidArgumentError(
            f"text field: there is {told} column {text_field!r}; name one of {', '.join(names) or 'none'}",
            field="text_field",
        )
    kind = schema.field(text_field).type
    if not is_text(kind):
        raise InvalidArgumentError(
            f"text field: column {text_field!r} holds {kind}; name one that holds strings", field="text_field"
        )
    taken = [PREFIX + field.name for field in tag_fields(scores=True) if PREFIX + field.name in names]
    if taken:
        raise InvalidArgumentError(f"there is a column {taken[0]} already; drop or rename it first", field=taken[0])


def _decoded(value: bytes) -> str | InvalidArgumentError:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return InvalidArgumentError(
            "text: is not UTF-8; convert it before it is tagged", reason="INVALID_MESSAGE", field="text"
        )
