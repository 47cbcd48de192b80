"""Whether there is a schema registry, and what asks it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_service.kafka.errors import SettingsError
from emotag_service.kafka.records.paths import make_fields, parse_path

if TYPE_CHECKING:
    from emotag_service.kafka.registry.schemas import Schemas
    from emotag_service.kafka.registry.settings import RegistrySettings

_CODECS = ("auto", "headers-only")


def open_schemas(settings: RegistrySettings, *, codec: str, text_field: str, tag_field: str) -> Schemas | None:
    """Make what knows the schemas of a registry, inside the event loop that uses it; None without a registry.

    Args:
        settings: Where it is.
        codec: Of values that no schema is named for; "headers-only" writes no tag into any value.
        text_field: Path to the text.
        tag_field: Path to the tag, where a schema has a field for it.

    Raises:
        SettingsError: Settings contradict each other, packages are missing, or a file cannot be used.
    """
    if not settings.schema_registry:
        return None
    if codec not in _CODECS:
        raise SettingsError(f"--schema-registry goes with --codec {' or '.join(_CODECS)}, not {codec}")
    try:
        from emotag_service.kafka.registry.client import RegistryClient  # noqa: PLC0415 - its packages are an extra
        from emotag_service.kafka.registry.schemas import Schemas  # noqa: PLC0415 - likewise
    except ModuleNotFoundError as error:
        raise SettingsError(
            f"--schema-registry needs {error.name}, which is not installed: pip install 'emotag[server,registry]'"
        ) from error
    try:
        fields, tag = make_fields(text_field), parse_path("--tag-field", tag_field)
    except ValueError as error:
        raise SettingsError(str(error)) from error
    client = RegistryClient(settings)
    return Schemas(client, fields, tag if codec == "auto" else None, patience=settings.schema_registry_timeout)
