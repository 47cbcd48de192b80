"""`emotag admin`: changes a running server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import grpc
from google.protobuf.json_format import MessageToDict

from emotag.cli.arguments import add_target, add_timeout, connection
from emotag.cli.trials import named, trial_lines
from emotag.status import from_rpc
from emotag.v1 import admin_service_pb2 as pb
from emotag.v1.admin_service_pb2_grpc import AdminServiceStub

if TYPE_CHECKING:
    import argparse

_EPILOG = """\
examples:
  emotag admin status
  emotag admin swap /models/emotag-4.0.0     # on live streams; replies say which model made each tag
  emotag admin swap /models/emotag-3.6.0     # and back: the command above prints what was served before
  emotag admin shadow /models/emotag-5.0.0   # computes beside; emotag admin status says where it disagrees
  emotag admin shadow --share 0.1            # of one message in ten from now on
  emotag admin shadow --off
  emotag admin split /models/emotag-5.0.0 --share 0.2   # answers one conversation in five
  emotag admin split --off
  emotag admin log-level debug
  emotag admin drain                         # what was admitted is answered, then the server ends

A server with --tokens asks for a token of the scope admin: emotag token new --name ops --scope admin. A server without
takes changes only while it listens on loopback alone. Of a server with several workers a change reaches all of them.

exit codes: 0 done; 2 bad usage, or a change that the server refuses, such as a checkpoint that cannot be loaded: it
goes on as before; 1 any other failure, or a worker that does not answer
"""
_SECONDS = 120.0
_WHAT = {
    "status": "say which model each worker serves, from where, and how it is",
    "swap": "serve another checkpoint: loaded and warmed up beside the one in service, which stays when that fails",
    "shadow": "have a candidate compute beside what answers, its tags reaching nobody: status says where they differ",
    "split": "have a candidate answer a share of conversations; each always has the same model",
    "log-level": "set the least level that is logged",
    "drain": "end the server in order, as SIGTERM does",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command and its arguments."""
    parser.description = "Change a running server."
    parser.epilog = _EPILOG
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    made = {name: actions.add_parser(name, help=what, description=f"{what}.") for name, what in _WHAT.items()}
    made["status"].add_argument("--json", action="store_true", help="print JSON (default: text for people)")
    made["swap"].add_argument("checkpoint", help="absolute path of its folder, on the server's machine")
    for name in ("shadow", "split"):
        _add_trial(made[name], "messages" if name == "shadow" else "conversations")
    made["split"].add_argument(
        "--salt", default="", help="draws other conversations; the same on other servers draws the same there, and "
        "after a restart (default: the candidate's digest)",
    )  # fmt: skip
    made["log-level"].add_argument("level", choices=("debug", "info", "warning", "error"), help="the least level")
    for action in made.values():
        add_target(action)
        add_timeout(action, _SECONDS)


def _add_trial(action: argparse.ArgumentParser, of: str) -> None:
    action.add_argument(
        "checkpoint", nargs="?", default="",
        help="absolute path of its folder, on the server's machine; without it --share or --off are of what is on",
    )  # fmt: skip
    action.add_argument("--share", type=float, help=f"of {of}, above 0 and at most 1")
    action.add_argument("--off", action="store_true", help="end it")


def run(args: argparse.Namespace) -> int:
    """Do it, and return the exit code; what the server refuses is raised, see the epilog."""
    reached = connection(args)
    with reached.channel() as channel:
        service = AdminServiceStub(channel)
        options: dict[str, Any] = {"timeout": args.timeout, "metadata": reached.call_metadata()}
        try:
            return _ACTIONS[args.action](service, args, options)
        except grpc.RpcError as error:
            raise from_rpc(error) from error


def _status(service: AdminServiceStub, args: argparse.Namespace, options: dict[str, Any]) -> int:
    reply = service.GetStatus(pb.GetStatusRequest(), **options)
    if args.json:
        print(json.dumps([_plain(worker) for worker in reply.workers]))
    for worker in () if args.json else reply.workers:
        name = f"worker {worker.number}" if worker.number else "server"
        if worker.problem:
            print(f"{name}  {worker.problem}")
            continue
        health = "healthy" if worker.healthy else "not healthy"
        print(f"{name}  pid {worker.pid}, {health}, {worker.held:,} messages held, log level {worker.log_level}")
        print(f"  model {named(worker.model)} from {worker.checkpoint}")
        for line in trial_lines(worker):
            print(f"  {line}")
    return int(any(worker.problem for worker in reply.workers))


def _swap(service: AdminServiceStub, args: argparse.Namespace, options: dict[str, Any]) -> int:
    reply = service.SwapCheckpoint(pb.SwapCheckpointRequest(checkpoint=args.checkpoint), **options)
    print(f"serves {named(reply.model)}")
    print(f"served {named(reply.previous)} from {reply.previous_checkpoint}")
    return 0


def _shadow(service: AdminServiceStub, args: argparse.Namespace, options: dict[str, Any]) -> int:
    request = pb.SetShadowRequest(checkpoint=args.checkpoint, share=args.share, off=args.off)
    shadow = service.SetShadow(request, **options).shadow
    print(_said(args, f"{named(shadow.model)} computes beside, {shadow.share:g} of messages", "computes no more"))
    return 0


def _split(service: AdminServiceStub, args: argparse.Namespace, options: dict[str, Any]) -> int:
    request = pb.SetSplitRequest(checkpoint=args.checkpoint, share=args.share, salt=args.salt, off=args.off)
    split = service.SetSplit(request, **options).split
    print(_said(args, f"{named(split.model)} answers {split.share:g} of conversations", "answers no more"))
    return 0


def _said(args: argparse.Namespace, on: str, off: str) -> str:
    return f"the candidate {off}" if args.off else on


def _log_level(service: AdminServiceStub, args: argparse.Namespace, options: dict[str, Any]) -> int:
    service.SetLogLevel(pb.SetLogLevelRequest(level=args.level), **options)
    print(f"logs {args.level} and above")
    return 0


def _drain(service: AdminServiceStub, _args: argparse.Namespace, options: dict[str, Any]) -> int:
    service.Drain(pb.DrainRequest(), **options)
    print("answers what it has taken, and ends")
    return 0


def _plain(worker: pb.WorkerStatus) -> dict[str, Any]:
    return MessageToDict(worker, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)


_ACTIONS = {
    "status": _status, "swap": _swap, "shadow": _shadow, "split": _split, "log-level": _log_level, "drain": _drain,
}  # fmt: skip
