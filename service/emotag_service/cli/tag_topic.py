"""`emotag tag-topic`: the tagger in the foreground, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from typing import TYPE_CHECKING, TextIO, cast

from emotag_service.cli.check_config import add_check_option, print_settings
from emotag_service.cli.operators import check_reference, operators_port, tracing
from emotag_service.settings import SettingsParser

if TYPE_CHECKING:
    from emotag_service.kafka.cluster.client import ClientSettings
    from emotag_service.kafka.config import TagTopicConfig
    from emotag_service.kafka.registry.settings import RegistrySettings
    from emotag_service.kafka.service import TaggerService
    from emotag_service.ops.drift_reference import Reference
    from emotag_service.ops.view import View

_DESCRIPTION = """\
Attach to Kafka topics: tag every message with an emotion while it flows, and republish it, exactly once and in order.
Key, headers, timestamp and partition stay; the value is edited only where the tag goes.
"""

_EPILOG = """\
examples:
  emotag tag-topic --bootstrap localhost:9092 --input agent.messages --output agent.messages.tagged --group taggers
  emotag tag-topic ... --dry-run 10        # shows what it would write, and writes nothing
  emotag tag-topic ... --tls-ca ca.pem --sasl-mechanism SCRAM-SHA-256 --sasl-username emotag --sasl-password-file pw

Start it again, elsewhere too, with the same --group: taggers share the partitions. Every option can be set by the
environment variable in brackets, several values between commas, and in the table [tag-topic] of the file that --config
names: the option wins over the variable, the variable over the file. The password is in a file of its own, or in
$EMOTAG_SASL_PASSWORD. The first Ctrl-C or SIGTERM commits what is written and leaves the group, the second stops at
once; what was not committed is tagged again by whoever comes next.

exit codes: 0 stopped; 1 cluster or engine cannot be reached, or cannot do it; 2 bad settings; 3 a record cannot be
tagged and the policy is stop; 4 the cluster refuses (login, certificate, ACL); 5 fenced by another tagger
"""

Parser = SettingsParser  # what `emotag` parses the arguments with


def add_arguments(parser: SettingsParser) -> None:
    """Declare the options."""
    from emotag_service.kafka.cluster.client import ClientSettings  # noqa: PLC0415 - keeps `emotag --help` fast
    from emotag_service.kafka.config import TagTopicConfig  # noqa: PLC0415 - see above
    from emotag_service.kafka.registry.settings import RegistrySettings  # noqa: PLC0415 - see above

    parser.usage = "emotag tag-topic --bootstrap H:P --input T --output T --group G [option ...]"
    parser.description = _DESCRIPTION
    parser.epilog = _EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_settings(ClientSettings)
    parser.add_settings(TagTopicConfig)
    parser.add_settings(RegistrySettings)
    add_check_option(parser)


def run(args: argparse.Namespace) -> int:
    """Tag; the epilog lists the exit codes."""
    began = time.perf_counter()
    from emotag_service.kafka.cluster.client import ClientSettings  # noqa: PLC0415 - see add_arguments
    from emotag_service.kafka.config import TagTopicConfig  # noqa: PLC0415 - see add_arguments
    from emotag_service.kafka.errors import TaggerError  # noqa: PLC0415 - see add_arguments
    from emotag_service.kafka.registry.settings import RegistrySettings  # noqa: PLC0415 - see add_arguments
    from emotag_service.ops.errors import DriftReferenceError, PortError  # noqa: PLC0415 - see add_arguments
    from emotag_service.settings import ConfigError, make_settings  # noqa: PLC0415 - see add_arguments

    try:
        client = ClientSettings.from_arguments(args)
        config = make_settings(TagTopicConfig, args)
        registry = make_settings(RegistrySettings, args)
        if not args.check_config:
            return asyncio.run(_tag(config, client, registry, began))
        asyncio.run(_check(config, client, registry, began))
        print_settings("tag-topic", [client, config, registry], args)
    except (ConfigError, DriftReferenceError) as error:
        return _fail(str(error), 2)
    except PortError as error:
        return _fail(str(error), 1)
    except TaggerError as error:
        return _fail(str(error), error.exit_code)
    return 0


async def _tag(config: TagTopicConfig, client: ClientSettings, registry: RegistrySettings, began: float) -> int:
    from emotag_service.kafka.service import TaggerService  # noqa: PLC0415 - see add_arguments
    from emotag_service.kafka.tagging.progress import Screen  # noqa: PLC0415 - see add_arguments
    from emotag_service.process.logs import configure  # noqa: PLC0415 - see add_arguments

    screen = Screen(sys.stderr)
    configure(config.log_format, config.log_level, cast("TextIO", screen))  # it has what loggers call
    async with tracing(config, "emotag-tag-topic") as traced:
        service = TaggerService(
            config, client, screen=screen, output=sys.stdout, began=began, tracing=traced, registry=registry
        )
        async with operators_port(config, lambda reference: _view(service, reference)):
            return 0 if await service.run() else 1


async def _check(config: TagTopicConfig, client: ClientSettings, registry: RegistrySettings, began: float) -> None:
    from emotag_service.kafka.service import TaggerService  # noqa: PLC0415 - see add_arguments
    from emotag_service.kafka.tagging.progress import Screen  # noqa: PLC0415 - see add_arguments
    from emotag_service.process.logs import configure  # noqa: PLC0415 - see add_arguments

    configure(config.log_format, "warning")
    check_reference(config)
    service = TaggerService(
        config, client, screen=Screen(sys.stderr), output=sys.stdout, began=began, registry=registry
    )
    await service.check()


def _view(service: TaggerService, reference: Reference) -> View:
    from emotag_service.ops.tagging import tagging_view  # noqa: PLC0415 - brings a metrics library, see operators_port

    return tagging_view(service, reference)


def _fail(problem: str, code: int) -> int:
    print(f"emotag tag-topic: error: {problem}", file=sys.stderr)
    return code
