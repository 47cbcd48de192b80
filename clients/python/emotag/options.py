"""How a caller wants its tags."""

from __future__ import annotations

from dataclasses import dataclass

from emotag.errors import InvalidArgumentError
from emotag.v1 import emotion_service_pb2 as pb


@dataclass(frozen=True, slots=True)
class Options:
    """How a caller wants its tags; the same for every message of a call.

    Attributes:
        taxonomy: Name of a taxonomy that `info()` lists; empty means the server's default.
        scores: Put every score of the taxonomy into the tag.
        top_k: At most this many labels; 0 means all that pass their threshold.
        explain: Put the share of evidence of every token into the tag.
        unordered: A stream's tags come as soon as each is ready; short messages overtake.
        bulk: Nobody waits for the tags: messages that somebody waits for are computed before them.

    Raises:
        InvalidArgumentError: A value that can not be sent; names the field.
    """

    taxonomy: str = ""
    scores: bool = False
    top_k: int = 0
    explain: bool = False
    unordered: bool = False
    bulk: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.taxonomy, str):
            raise InvalidArgumentError(f"taxonomy must be a str, not {self.taxonomy!r}", field="taxonomy")
        if not isinstance(self.top_k, int) or not 0 <= self.top_k < 2**32:
            raise InvalidArgumentError(f"top_k must be an int of at least 0, not {self.top_k!r}", field="top_k")

    def wire(self) -> pb.ClassifyOptions:
        """Express them in the contract.

        Raises:
            InvalidArgumentError: The taxonomy has characters that can not be sent.
        """
        order = pb.REPLY_ORDER_UNORDERED if self.unordered else pb.REPLY_ORDER_REQUEST
        try:
            return pb.ClassifyOptions(
                taxonomy=self.taxonomy,
                all_scores=self.scores,
                top_k=self.top_k,
                explain=self.explain,
                reply_order=order,
                priority=pb.PRIORITY_BULK if self.bulk else pb.PRIORITY_INTERACTIVE,
            )
        except UnicodeEncodeError as error:
            raise InvalidArgumentError(f"taxonomy has lone surrogates: {error}", field="taxonomy") from None
