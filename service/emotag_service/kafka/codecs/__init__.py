"""Formats that messages come in: where the text is, and where the tag goes."""

from emotag_service.kafka.codecs.registry import NAMES, make_codec

__all__ = ["NAMES", "make_codec"]
