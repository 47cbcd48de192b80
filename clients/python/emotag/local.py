"""Tags in process: the model that the server has, with no server. Needs the extra `local`.

from emotag.local import EmotionTagger

tagger = EmotionTagger()
for tag in tagger.tag(["Thank you so much, you saved my trip!", "No, not yet."]):
    print(tag.label, tag.score)

The tags are those that `EmotionClient` gets of a server with the same checkpoint.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING

from emotag.columns import TagColumns
from emotag.entry import Intake, check_several
from emotag.errors import EmotionError, InvalidArgumentError, UnsupportedError
from emotag.info import Info, Limits, Model, Taxonomy
from emotag.options import Options
from emotag.status import TYPES
from emotag.tag import Tag

try:
    from emotag_model.checkpoint import Checkpoint, CheckpointError, default_checkpoint
    from emotag_model.labels.verdict import token_shares, verdicts
    from emotag_model.native.errors import NativeError
    from emotag_model.native.scores import native_taxonomy
    from emotag_model.reader import load_reader
    from emotag_service.engine.admission import MessageChecks
    from emotag_service.engine.errors import EngineError, ExpiredError, nothing_to_read
    from emotag_service.engine.limits import EngineLimits
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        f"tags in process need {error.name}: pip install 'emotag[local]' brings it", name=error.name
    ) from error

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from emotag.entry import Entry, Item
    from emotag_model.labels import Taxonomy as Scale

_AT_ONCE = 256  # messages: so few that memory stays small, so many that a call costs nothing


class EmotionTagger:
    """Tags messages in this process. Any number of threads may share one; computing releases the GIL.

    Attributes:
        info: The model, its taxonomies and the limits, as a server would tell.
    """

    def __init__(self, checkpoint: str | Path | None = None) -> None:
        """Load a checkpoint, that which ships with emotag unless another folder is given.

        Raises:
            InvalidArgumentError: The folder holds none that can be used.
            UnsupportedError: Neither the native core nor torch is there to compute by.
        """
        folder = default_checkpoint() if checkpoint is None else Path(checkpoint)
        limits = EngineLimits()
        try:
            loaded = Checkpoint.load(folder)
            self._reader = load_reader(loaded)
        except CheckpointError as error:
            raise InvalidArgumentError(f"checkpoint: {error}", field="checkpoint") from error
        except NativeError as error:
            raise UnsupportedError(str(error)) from error
        self._intake = Intake(unique=False)
        self._checks = MessageChecks(limits)
        self._words = loaded.tokenizer.tokens
        self._default = loaded.labels.default
        order = sorted(map(native_taxonomy, loaded.labels.taxonomies.values()), key=lambda it: it.name != self._default)
        self._scales = {each.name: each for each in order}
        identity = loaded.identity
        self.info = Info(
            Model(identity.name, identity.version, identity.digest),
            tuple(Taxonomy(each.name, each.labels, tuple(each.threshold_array.tolist())) for each in order),
            Limits(max_text_bytes=limits.max_text_bytes, max_tokens=loaded.tokenizer.max_tokens),
            self._reader.name,
        )

    def tag(
        self,
        messages: Iterable[Item],
        *,
        taxonomy: str = "",
        scores: bool = False,
        top_k: int = 0,
        explain: bool = False,
    ) -> list[Tag]:
        """Tag messages; one tag each, in their order.

        A message that can not be tagged has a tag with `error`; the others are not affected.

        Raises:
            InvalidArgumentError: An option is not one that the model takes, or `messages` is one text.
        """
        check_several(messages)
        options = Options(taxonomy, scores, top_k, explain)
        scale = self._scale(taxonomy)
        entries = [self._entry(item) for item in messages]
        fit = [entry for entry in entries if entry.tag is None]
        for start in range(0, len(fit), _AT_ONCE):
            self._compute(fit[start : start + _AT_ONCE], scale, options)
        return [entry.tag for entry in entries if entry.tag is not None]

    async def tag_async(
        self,
        messages: Iterable[Item],
        *,
        taxonomy: str = "",
        scores: bool = False,
        top_k: int = 0,
        explain: bool = False,
    ) -> list[Tag]:
        """As `tag`, in a thread, so that the event loop goes on meanwhile."""
        return await asyncio.to_thread(
            self.tag, messages, taxonomy=taxonomy, scores=scores, top_k=top_k, explain=explain
        )

    def columns(self, texts: Iterable[object], *, taxonomy: str = "", scores: bool = False) -> TagColumns:
        """Tag a column of a table: the same tags and errors as of `tag`, half as much again a second.

        What is no str, such as None for a null, has an error in its row; an EmotionError in the place of a text is its
        error.

        Raises:
            InvalidArgumentError: An option is not one that the model takes.
        """
        scale = self._scale(Options(taxonomy).taxonomy)
        texts = list(texts)  # a column of pandas is indexed by labels, not by places
        made = TagColumns([self._fault(text) for text in texts])
        fit = [place for place, error in enumerate(made.error) if error is None]
        for start in range(0, len(fit), _AT_ONCE):
            self._fill(made, fit[start : start + _AT_ONCE], texts, scale, scores=scores)
        return made

    def _fault(self, text: object) -> EmotionError | None:
        if isinstance(text, EmotionError):
            return text
        if not isinstance(text, str):
            kind = "null" if text is None else f"a {type(text).__name__}"
            return InvalidArgumentError(f"text: is {kind}; give a text", reason="INVALID_MESSAGE", field="text")
        if 0 < len(text) <= self.info.limits.max_text_bytes and text.isascii():
            return None  # most texts: what `_entry` would find, without making a message
        refused = self._entry(text).tag
        return None if refused is None else refused.error

    def _fill(
        self, made: TagColumns, places: list[int], texts: Sequence[object], scale: Scale, *, scores: bool
    ) -> None:
        """Give the rows at these places, whose texts can be read, what is said of them."""
        reading = self._reader.read([str(texts[place]) for place in places])
        found = scale.scores(reading.logits)
        for row, (place, length, said) in enumerate(
            zip(places, reading.lengths.tolist(), verdicts(scale, found), strict=True)
        ):
            if not length:
                made.error[place] = _translated(nothing_to_read())
                continue
            made.label[place], made.score[place], made.labels[place], made.uncertain[place] = said
            if scores:
                made.scores[place] = dict(zip(scale.labels, found[row].tolist(), strict=True))

    def _scale(self, name: str) -> Scale:
        try:
            return self._scales[name or self._default]
        except KeyError:
            known = ", ".join(self._scales)
            raise InvalidArgumentError(
                f"taxonomy: is {name!r}, which this model does not have; choose among {known}",
                reason="INVALID_OPTIONS",
                field="taxonomy",
            ) from None

    def _entry(self, item: Item) -> Entry:
        """Take a message in as the client and the server would."""
        entry = self._intake.entry(item)
        if entry.tag is None:
            try:
                self._checks.text(entry.wire.text)
                if entry.wire.HasField("time_to_live") and entry.wire.time_to_live.ToNanoseconds() <= 0:
                    raise ExpiredError("time_to_live: it had run out when the message arrived; give it more, or none")
            except EngineError as error:
                entry.tag = self._failed(entry, error)
        return entry

    def _failed(self, entry: Entry, error: EngineError) -> Tag:
        return Tag(entry.id, error=_translated(error), model=self.info.model)

    def _compute(self, entries: list[Entry], scale: Scale, options: Options) -> None:
        """Give every entry its tag."""
        began = time.perf_counter()
        texts = [entry.wire.text for entry in entries]
        reading, evidence = self._reader.explain(texts) if options.explain else (self._reader.read(texts), None)
        found = scale.scores(reading.logits)
        lengths, cut = reading.lengths.tolist(), reading.truncated.tolist()
        seconds = time.perf_counter() - began
        for row, (entry, said) in enumerate(zip(entries, verdicts(scale, found, options.top_k), strict=True)):
            if not lengths[row]:
                entry.tag = self._failed(entry, nothing_to_read())
                continue
            label, score, labels, uncertain = said
            shown = dict(zip(scale.labels, found[row].tolist(), strict=True)) if options.scores else None
            tag = Tag(entry.id, label, score, labels, shown, uncertain, cut[row], None, 0.0, seconds)
            if evidence is not None:
                words = self._words(texts[row])
                tag.token_weights = token_shares(scale, label, words, reading.logits[row], evidence[row])
            tag.model = self.info.model
            entry.tag = tag


def _translated(error: EngineError) -> EmotionError:
    return TYPES[error.code](str(error), code=error.code, reason=error.reason, field=getattr(error, "field", ""))
