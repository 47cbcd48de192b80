"""The trials of a candidate in one process: a shadow that computes beside the live model, a split that shares it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from emotag_service.engine.errors import EngineError
from emotag_service.engine.shadow import Shadow
from emotag_service.engine.split import MOST_SALT_BYTES
from emotag_service.process.link import AskError

if TYPE_CHECKING:
    from pathlib import Path

    from emotag_model.checkpoint import Identity
    from emotag_service.engine.engine import Engine
    from emotag_service.engine.model import Model
    from emotag_service.engine.split import Split

_SHOWN_DISAGREEMENTS = 10


@dataclass(slots=True)
class Trials:
    """At most one shadow and one split of an engine. Belongs to its event loop.

    Attributes:
        engine: What serves.
        shadow: Compares a candidate; None without one.
        prepared: Is warmed up to do so.
        shadow_path: Folder of the shadow's checkpoint.
        split_path: Folder of the checkpoint that answers a share.
    """

    engine: Engine
    shadow: Shadow | None = None
    prepared: Shadow | None = None
    shadow_path: str = ""
    split_path: str = ""

    def check(self, what: str, salt: str) -> None:
        """Raise AskError when there is one already, since there is only one of each at a time, or for a bad salt."""
        if len(salt.encode()) > MOST_SALT_BYTES:
            raise AskError(f"salt: is longer than {MOST_SALT_BYTES} bytes; shorten it")
        if self._running(what) is not None:
            raise AskError(f"there is a {what} already; end it first: emotag admin {what} --off")

    async def prepare(self, what: str, model: Model) -> None:
        """Warm a candidate up. Raises EngineError; nothing has changed."""
        await self.discard()
        if what == "split":
            await self.engine.prepare(model)
            return
        shadow = Shadow(self.engine, model)
        await shadow.start()
        self.prepared = shadow

    async def discard(self) -> None:
        """Let go of what is prepared."""
        shadow, self.prepared = self.prepared, None
        if shadow is not None:
            await shadow.close()
        await self.engine.discard()

    def begin(self, what: str, path: Path, share: float, salt: str) -> dict[str, Any]:
        """Begin with what is prepared; returns what `show` says of it."""
        try:
            if what == "split":
                self.engine.branches.start_split(share, salt)
                self.split_path = str(path)
            elif self.prepared is None:
                raise AskError("no shadow is prepared")
            else:
                self.prepared.begin(share)
                self.shadow, self.prepared, self.shadow_path = self.prepared, None, str(path)
        except (EngineError, ValueError) as error:
            raise AskError(str(error)) from error
        return self.show()[what]

    def resize(self, what: str, share: float) -> dict[str, Any]:
        """Change the share of the one that is on. Raises AskError when there is none."""
        running = self._running(what)
        if running is None:
            raise AskError(f"there is no {what}; begin one with a checkpoint")
        try:
            running.resize(share)
        except ValueError as error:
            raise AskError(str(error)) from error
        return self.show()[what]

    async def end(self, what: str) -> dict[str, Any]:
        """End one, and return what it came to. Raises AskError when there is none."""
        if self._running(what) is None:
            raise AskError(f"there is no {what}")
        last = self.show()[what]
        if what == "split":
            self.engine.branches.end_split()
        else:
            await self.close()
        return last

    async def close(self) -> None:
        """End the shadow; the split ends with the engine."""
        shadow, self.shadow = self.shadow, None
        if shadow is not None:
            await shadow.close()

    def show(self) -> dict[str, dict[str, Any]]:
        """Those that are on, by "shadow" and "split", in JSON's types and the words of AdminService."""
        shown = {}
        if self.shadow is not None:
            shown["shadow"] = {"checkpoint": self.shadow_path, **_shadow(self.shadow)}
        if self.engine.branches.split is not None:
            shown["split"] = {"checkpoint": self.split_path, **_split(self.engine.branches.split)}
        return shown

    def _running(self, what: str) -> Shadow | Split | None:
        return self.engine.branches.split if what == "split" else self.shadow


def named(identity: Identity) -> dict[str, str]:
    """A model by its names."""
    return {"name": identity.name, "version": identity.version, "digest": identity.digest}


def _shadow(shadow: Shadow) -> dict[str, Any]:
    found = shadow.comparison
    frequent = found.disagreed.most_common(_SHOWN_DISAGREEMENTS)
    return {
        "model": named(shadow.candidate),
        "share": shadow.share,
        "compared": sum(found.compared.values()),
        "disagreed": sum(found.disagreed.values()),
        "dropped": found.dropped,
        "failed": found.failed,
        "score_difference": found.mean_difference,
        "disagreements": [
            {"taxonomy": taxonomy, "live": live, "shadow": candidate, "count": count}
            for (taxonomy, live, candidate), count in frequent
        ],
        "problem": shadow.problem,
    }


def _split(split: Split) -> dict[str, Any]:
    return {
        "model": named(split.candidate),
        "share": split.share,
        "salt": split.salt,
        "live_messages": split.live_messages,
        "candidate_messages": split.candidate_messages,
        "problem": split.problem,
    }
