"""`emotag dead-letters`: lists what could not be tagged, and brings it back."""

from __future__ import annotations

import argparse
import asyncio
import sys
from contextlib import aclosing
from typing import TYPE_CHECKING

from emotag_service.settings import SettingsParser, typed
from emotag_service.values import not_empty, whole_number

if TYPE_CHECKING:
    from emotag_service.kafka.cluster.client import ClientSettings
    from emotag_service.kafka.dead_letters.replay import Outcome
    from emotag_service.kafka.errors import UnreadableBatchError

_DESCRIPTION = """\
Look at the records that `emotag tag-topic` could not tag, and bring them back once what was wrong is put right.
"""

_EPILOG = """\
examples:
  emotag dead-letters list --bootstrap localhost:9092 --topic agent.messages.dead-letters
  emotag dead-letters replay --bootstrap localhost:9092 --topic agent.messages.dead-letters --dry-run

exit codes: 0 done; 1 the cluster cannot be reached, or fails, or a topic refuses a letter; 2 bad usage; 3 a batch of
records cannot be read; 4 the cluster refuses (login, certificate, ACL); 5 another replay of the same letters has begun
"""

_LIST = """\
Print the dead letters that a topic holds now: where each is, when and why it came, where it came from, and how large it
is. What it says is printed only with --values. A batch of records that cannot be read is told of, and left out.
"""

_LIST_EPILOG = """\
example:
  emotag dead-letters list --bootstrap localhost:9092 --topic agent.messages.dead-letters --reason NOT_JSON --values
"""

_REPLAY = """\
Write dead letters back to the topic that they came from, each exactly once: key, value, timestamp and headers as they
were, without the headers that made them dead letters. What was replayed is remembered in consumer groups called
GROUP.REASON, and by receipts among the letters, since offsets of groups expire: running it again goes on where it
ended, and a replay of one reason leaves the others for later. The letters stay in their topic.
"""

_REPLAY_EPILOG = """\
examples:
  emotag dead-letters replay --bootstrap localhost:9092 --topic agent.messages.dead-letters --reason TOO_LARGE
  emotag dead-letters replay --bootstrap localhost:9092 --topic agent.messages.dead-letters --to agent.messages.repaired

The cluster must allow --group with everything that follows it (a prefixed ACL), as groups and as transactional ids,
and writing to the topic of the letters.
"""

Parser = SettingsParser  # what `emotag` parses the arguments with


def add_arguments(parser: SettingsParser) -> None:
    """Declare both commands."""
    parser.description = _DESCRIPTION
    parser.epilog = _EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    actions = parser.add_subparsers(dest="action", metavar="list|replay", required=True)
    _add_list(actions)
    _add_replay(actions)


def run(args: argparse.Namespace) -> int:
    """Do it; the epilog lists the exit codes."""
    from emotag_service.kafka.cluster.client import ClientSettings  # noqa: PLC0415 - keeps `emotag --help` fast
    from emotag_service.kafka.errors import TaggerError  # noqa: PLC0415 - see above
    from emotag_service.settings import ConfigError  # noqa: PLC0415 - see above

    try:
        client = ClientSettings.from_arguments(args)
        return asyncio.run(_run(args, client))
    except ConfigError as error:
        return _fail(args, str(error), 2)
    except TaggerError as error:
        return _fail(args, str(error), error.exit_code)


async def _run(args: argparse.Namespace, client: ClientSettings) -> int:
    from emotag_service.kafka.cluster.aiokafka_private import own_connections  # noqa: PLC0415 - see run
    from emotag_service.kafka.cluster.client_logs import ClientLogs, log_all_but_copies  # noqa: PLC0415 - see run
    from emotag_service.kafka.cluster.reachability import cluster_answers, wait_for_cluster  # noqa: PLC0415 - see run
    from emotag_service.process.logs import configure  # noqa: PLC0415 - see run

    configure("auto", "warning")
    asyncio.get_running_loop().set_exception_handler(log_all_but_copies)
    with ClientLogs(lambda: cluster_answers(client)):
        async with own_connections():
            await wait_for_cluster(client)
            return await (_list if args.action == "list" else _replay)(args, client)


async def _list(args: argparse.Namespace, client: ClientSettings) -> int:
    from emotag_service.kafka.dead_letters.reader import letters_of  # noqa: PLC0415 - see run
    from emotag_service.kafka.records.printing import letter_json, letter_text  # noqa: PLC0415 - see run

    shown, strangers, code = 0, 0, 0

    def unread(batch: UnreadableBatchError) -> None:
        nonlocal code
        code = _fail(args, f"{batch.what}; it is left out", batch.exit_code)

    render = letter_json if args.json else letter_text
    async with aclosing(letters_of(client, args.topic, unread)) as letters:
        async for letter in letters:
            if letter is None:
                strangers += 1
            elif not args.reason or letter.reason in args.reason:
                print(render(letter, values=args.values), flush=True)
                shown += 1
            if shown == args.limit:
                break
    print(f"{shown:,} dead letters{_others(strangers)}", file=sys.stderr)
    return code


async def _replay(args: argparse.Namespace, client: ClientSettings) -> int:
    from emotag_service.kafka.dead_letters.replay import Order, Replay  # noqa: PLC0415 - see run

    replay = Replay(
        client,
        Order(
            topics=tuple(args.topic),
            to=args.to,
            reasons=frozenset(args.reason),
            group=args.group,
            dry_run=args.dry_run,
        ),
    )
    try:
        await replay.run()
    finally:
        _report(replay.outcome, dry_run=args.dry_run)
    return 0


def _report(outcome: Outcome, *, dry_run: bool) -> None:
    for topic, count in sorted(outcome.replayed.items()):
        print(f"{count:,} {'would go' if dry_run else 'went'} to {topic}", flush=True)
    left = f"{outcome.earlier:,} replayed before, {outcome.others:,} of other reasons{_others(outcome.strangers)}"
    print(f"{outcome.replayed.total():,} {'to replay' if dry_run else 'replayed'}; left: {left}", file=sys.stderr)


def _others(strangers: int) -> str:
    return f", {strangers:,} records that are no dead letters of emotag" if strangers else ""


def _add_list(actions: argparse._SubParsersAction[SettingsParser]) -> None:
    parser = _action(actions, "list", "print dead letters", _LIST, _LIST_EPILOG)
    parser.add_argument("--limit", type=typed(whole_number(1)), metavar="N", help="stop after this many (default: all)")
    parser.add_argument("--json", action="store_true", help="print JSON lines (default: text)")
    parser.add_argument("--values", action="store_true", help="print what the records hold as well (default: no)")


def _add_replay(actions: argparse._SubParsersAction[SettingsParser]) -> None:
    from emotag_service.kafka.records.dead_letter import REPLAY_GROUP  # noqa: PLC0415 - see run

    parser = _action(actions, "replay", "write dead letters back", _REPLAY, _REPLAY_EPILOG)
    parser.add_argument("--to", default="", metavar="TOPIC", help="write there (default: where each came from)")
    parser.add_argument(
        "--group",
        type=typed(not_empty),
        default=REPLAY_GROUP,
        help=f"who remembers what was replayed (default: {REPLAY_GROUP})",
    )
    parser.add_argument("--dry-run", action="store_true", help="count, and write nothing (default: no)")


def _action(
    actions: argparse._SubParsersAction[SettingsParser], name: str, short: str, description: str, epilog: str
) -> SettingsParser:
    from emotag_service.kafka.cluster.client import ClientSettings  # noqa: PLC0415 - see run

    parser = actions.add_parser(
        name,
        help=short,
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--topic", action="append", required=True, metavar="T", help="topic of dead letters; can be given several times"
    )
    parser.add_argument(
        "--reason",
        action="append",
        default=[],
        metavar="R",
        help="only these, such as NOT_JSON; several (default: all)",
    )
    parser.add_settings(ClientSettings)
    return parser


def _fail(args: argparse.Namespace, problem: str, code: int) -> int:
    print(f"emotag dead-letters {args.action}: error: {problem}", file=sys.stderr)
    return code
