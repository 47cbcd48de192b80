"""Give random strings to the tokenizer and to the native encoder, and stop at the first of which they make something else.

Exit code 1 when there is one: it is printed with its ids, as it was found and as short as it can be made.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from emotag_model.native.encoder import NativeEncoder
from emotag_model.native.tables import character_table
from emotag_model.text import Tokenizer, Vocabulary
from tests.fuzz.difference import find_difference, shorten
from tests.fuzz.strings import Strings
from tests.unit.model.native.shared import SharedTexts
from tests.unit.model.native.texts import make_tokenizer

SHARED = Path(os.environ.get("EMOTAG_SHARED") or Path(__file__).parents[2].parent / "shared")
_AT_ONCE = 1_000
_SAMPLED = 20_000
_WORDS = 44_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare as the command line says; 0 when there is no difference."""
    options = _parser().parse_args(arguments)
    shared = None if options.written or not (SHARED / "data").is_dir() else SharedTexts(SHARED / "data")
    pairs = [(each, NativeEncoder(each, character_table())) for each in _tokenizers(shared)]
    strings = Strings(options.seed, shared.sample(_SAMPLED) if shared else ())
    began, characters = time.monotonic(), 0
    for start in range(0, options.strings, _AT_ONCE):
        batch = [strings.make() for _ in range(min(_AT_ONCE, options.strings - start))]
        characters += sum(map(len, batch))
        pair = pairs[start // _AT_ONCE % len(pairs)]
        if difference := find_difference(*pair, batch):
            print(difference, "shortened:", shorten(*pair, difference), sep="\n", flush=True)
            return 1
    source = "with real texts" if shared else "without real texts"
    print(
        f"{options.strings:,} strings, {characters:,} characters, seed {options.seed}, {source}: "
        f"no difference in {time.monotonic() - began:.0f} s"
    )
    return 0


def _tokenizers(shared: SharedTexts | None) -> list[Tokenizer]:
    """Return tokenizers of several rules and limits; one has the words of GloVe where they are."""
    made = [make_tokenizer(), make_tokenizer(64, technical=False), make_tokenizer(256)]
    if shared:
        made.append(Tokenizer(Vocabulary(shared.words(_WORDS)), rules=make_tokenizer().rules))
    return made


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--strings", type=int, default=1_000_000, help="how many (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="what they are drawn from (default: %(default)s)")
    parser.add_argument("--written", action="store_true", help="without the real texts, where they are")
    return parser


if __name__ == "__main__":
    sys.exit(main())
