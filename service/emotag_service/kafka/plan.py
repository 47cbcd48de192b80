"""What the options say of the way of a record: how it is read, what becomes of it, where it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from emotag_service.kafka.errors import SettingsError
from emotag_service.kafka.records.codecs import make_codec
from emotag_service.kafka.records.policy import Policy, Selection
from emotag_service.kafka.records.rewriter import Rewriter
from emotag_service.kafka.records.routes import Routes, collect_routes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from emotag_service.kafka.config import TagTopicConfig
    from emotag_service.kafka.records.codec import Codec
    from emotag_service.kafka.registry.schemas import Schemas


class Plan:
    """The way of a record.

    Attributes:
        routes: Where it may go.
    """

    def __init__(self, config: TagTopicConfig) -> None:
        """Make it.

        Raises:
            SettingsError: Settings contradict each other, or a topic would feed on itself.
        """
        self._config = config
        self._codec = _codec(config)
        letters = config.on_untaggable == Policy.DEAD_LETTER
        self.routes = Routes(
            output=config.output,
            template=config.output_template,
            by_label=collect_routes(config.route),
            dead_letters=config.dead_letter_topic if letters else "",
            inputs=config.input,
            pattern=config.input_pattern,
        )

    def rewriter(self, limits: Mapping[str, int], schemas: Schemas | None = None) -> Rewriter:
        """What becomes of a record; `limits` is looked at anew for each, as are `schemas`."""
        selection = Selection(senders=frozenset(self._config.sender), only_untagged=self._config.only_untagged)
        codec = self._codec if schemas is None else schemas.codec(self._codec)
        return Rewriter(codec, self.routes, policy=self._config.on_untaggable, selection=selection, limits=limits)


def _codec(config: TagTopicConfig) -> Codec:
    try:
        return make_codec(config.codec, text_field=config.text_field, tag_field=config.tag_field)
    except ValueError as error:
        raise SettingsError(str(error)) from error
