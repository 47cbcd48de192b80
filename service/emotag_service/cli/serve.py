"""`emotag serve`: the service in the foreground, until Ctrl-C or SIGTERM."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from typing import TYPE_CHECKING

from emotag_service.cli.check_config import add_check_option, print_settings
from emotag_service.cli.operators import check_reference, check_tracing, operators_port, tracing
from emotag_service.cli.own_command import own_command
from emotag_service.settings import SettingsParser

if TYPE_CHECKING:
    from emotag_service.config import ServeConfig
    from emotag_service.ops.drift_reference import Reference
    from emotag_service.ops.view import View
    from emotag_service.ops.workers import WorkerPages
    from emotag_service.service import Service
    from emotag_service.workers import Workers

_EPILOG = """\
example:
  emotag serve --port 50051
  emotag classify "thank you so much!"      # from another terminal
  emotag serve --http-port 8080             # over HTTP, too
  curl localhost:8080/predict -d '{"inputs": "thank you so much!"}'

Every option can be set by the environment variable in brackets, and in the table [serve] of the file that --config
names: the option wins over the variable, the variable over the file. The first Ctrl-C or SIGTERM stops the
service once everything that it has taken is answered, the second at once. Exit code 0 means that nothing was lost.
With --workers N, N processes share the ports; each is replaced when it dies, and "ready" is logged once all serve.
"""


_LOCAL = ("127.0.0.1", "0.0.0.0", "::", "localhost")  # noqa: S104 - compared with, not listened on

Parser = SettingsParser  # what `emotag` parses the arguments with


def add_arguments(parser: SettingsParser) -> None:
    """Declare the options."""
    from emotag_service.config import ServeConfig  # noqa: PLC0415 - keeps `emotag --help` fast

    parser.description = "Tag messages with emotions over gRPC, with health checks and reflection."
    parser.epilog = _EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_settings(ServeConfig)
    add_check_option(parser)


def run(args: argparse.Namespace) -> int:
    """Serve; 0 after a clean stop, 1 when something was lost or nothing could be served, 2 for bad settings."""
    began = time.perf_counter()
    from emotag_service.config import ServeConfig  # noqa: PLC0415 - see add_arguments
    from emotag_service.process.logs import configure  # noqa: PLC0415 - see add_arguments
    from emotag_service.settings import ConfigError, make_settings  # noqa: PLC0415 - see add_arguments

    try:
        config = make_settings(ServeConfig, args)
        _ = config.engine_limits, config.protection, config.http
    except ConfigError as error:
        return _fail(str(error), 2)
    configure(config.log_format, config.log_level)
    if config.workers > 1 and not args.check_config:
        return _supervise(config)
    return _serve(config, began, args)


def _supervise(config: ServeConfig) -> int:
    from emotag_service.access.address import ListenError  # noqa: PLC0415 - see add_arguments
    from emotag_service.ops.errors import DriftReferenceError, PortError  # noqa: PLC0415 - see add_arguments
    from emotag_service.process.supervisor import WorkerError  # noqa: PLC0415 - see add_arguments
    from emotag_service.settings import ConfigError  # noqa: PLC0415 - see add_arguments
    from emotag_service.workers import Workers  # noqa: PLC0415 - see add_arguments

    async def supervise() -> int:
        workers = Workers(config, ready=lambda port: _teach(config, port))
        async with operators_port(config, lambda _: _pages(workers)):
            return await workers.run()

    try:
        check_tracing(config)
        return asyncio.run(supervise())
    except (ConfigError, DriftReferenceError) as error:
        return _fail(str(error), 2)
    except (ListenError, PortError) as error:
        return _fail(str(error), 1)
    except WorkerError as error:
        return _fail(str(error), error.code)


def _serve(config: ServeConfig, began: float, args: argparse.Namespace) -> int:
    from emotag_model.checkpoint import CheckpointError  # noqa: PLC0415 - torch takes seconds to import
    from emotag_service.access.address import ListenError  # noqa: PLC0415 - see above
    from emotag_service.access.tokens import TokenFileError  # noqa: PLC0415 - see above
    from emotag_service.engine.errors import EngineError  # noqa: PLC0415 - see above
    from emotag_service.ops.errors import DriftReferenceError, PortError  # noqa: PLC0415 - see above
    from emotag_service.service import Service, check  # noqa: PLC0415 - see above
    from emotag_service.settings import ConfigError  # noqa: PLC0415 - see above

    async def serve() -> bool:
        async with tracing(config, "emotag-serve") as traced:
            service = Service(config, ready=lambda port: _teach(config, port), began=began, tracing=traced)
            async with operators_port(config, lambda reference: _view(service, reference)):
                return await service.run()

    try:
        if not args.check_config:
            return 0 if asyncio.run(serve()) else 1
        check_tracing(config)
        check_reference(config)
        check(config)
        print_settings("serve", [config], args)
    except (ConfigError, DriftReferenceError) as error:
        return _fail(str(error), 2)
    except (ListenError, PortError, TokenFileError, CheckpointError, EngineError) as error:
        return _fail(str(error), 1)
    return 0


def _view(service: Service, reference: Reference) -> View:
    from emotag_service.ops.serving import serving_view  # noqa: PLC0415 - brings a metrics library, see operators_port

    return serving_view(service, reference)


def _pages(workers: Workers) -> WorkerPages:
    from emotag_service.ops.workers import WorkerPages  # noqa: PLC0415 - see _view

    return WorkerPages(workers.supervisor)


def _teach(config: ServeConfig, port: int) -> None:
    """Say how to call the service, to people."""
    from emotag_service.process.logs import is_console  # noqa: PLC0415 - see add_arguments

    if not is_console(config.log_format):
        return
    target = _target(config.host, port)
    other = "" if target == "localhost:50051" else f" --target {target}"
    other += " --tls-ca CA.pem" if config.tls_cert else ""
    other += " --token-file YOURS.token" if config.tokens else ""
    request = '{"messages": [{"text": "thank you!"}]}'
    print("\nCall it from another terminal:")
    print(f'  {own_command()} classify "I can\'t believe you did this for me, thank you!"{other}')
    print(f"  grpcurl {_curl_options(config)} -d '{request}' {target} emotag.v1.EmotionService/Classify")
    print("Ctrl-C stops it.\n", flush=True)


def _curl_options(config: ServeConfig) -> str:
    options = ["-plaintext"] if config.tls_cert is None else ["-cacert CA.pem"]
    if config.tls_client_ca is not None:
        options.append("-cert YOURS.pem -key YOURS.key")
    if config.tokens is not None:
        options.append('-H "authorization: Bearer $(cat YOURS.token)"')
    return " ".join(options)


def _target(host: str, port: int) -> str:
    """Where a client on this machine reaches a server that listens on `host`."""
    if host in _LOCAL:
        return f"localhost:{port}"
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _fail(problem: str, code: int) -> int:
    print(f"emotag serve: error: {problem}", file=sys.stderr)
    return code
