"""What each way in over a network answers to what it has to refuse, as its own convention has it: one table.

Those without a network are in test_refusals_here.py. Kafka (tests/integration/kafka), Spark and Ray (tests/frameworks), Node.js (clients/node/test) and `emotag serve` against
hostile peers (tests/e2e/test_hostile.py) have tests of their own; adapters of agent frameworks show messages to the observer.
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from emotag import AsyncEmotionClient
from emotag.a2a.server import AgentServer
from emotag.local import EmotionTagger
from emotag.tools import make_server
from emotag.tools_port import ToolsPort
from emotag_model.checkpoint import Checkpoint, default_checkpoint
from emotag_service.access.grant import new_token
from emotag_service.access.protection import Protection
from emotag_service.engine.engine import Engine
from emotag_service.grpc.server import Server
from tests.integration import ways
from tests.integration.ways import GARBLED, LARGE, LONG, MANY, NOT_TEXT, ONCE, Asked, Place
from tests.integration.web import opened

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.integration.ways import Way

CASES = (
    "a token",
    "no token",
    "a wrong token",
    "an empty text",
    "a text that is none",  # by type, or no UTF-8
    "no message",  # bytes that are not of the format at all
    "a long text",
    "many messages",
    "a large request",
    "nobody there",
)
CHALLENGE = ', error="invalid_token"'  # after the realm: RFC 6750


def row(*answers: str) -> dict[str, str]:
    return dict(zip(CASES, answers, strict=True))


SDK = row(
    "a tag",
    "UnauthenticatedError TOKEN_MISSING",
    "UnauthenticatedError TOKEN_UNKNOWN",
    "tag: InvalidArgumentError INVALID_MESSAGE text",
    "tag: InvalidArgumentError INVALID_MESSAGE",
    "tag: InvalidArgumentError INVALID_MESSAGE text",
    "tag: InvalidArgumentError INVALID_MESSAGE text",
    "a tag",
    "a tag",
    "UnavailableError",
)
ANSWERS: dict[Way, dict[str, str]] = {
    # gRPC: what is wrong with one message stands in its tag, what is wrong with the request ends the call.
    **dict.fromkeys(
        (ways.grpc, ways.grpc_stream),
        row(
            "a tag",
            "UNAUTHENTICATED TOKEN_MISSING",
            "UNAUTHENTICATED TOKEN_UNKNOWN",
            "tag: INVALID_ARGUMENT INVALID_MESSAGE",
            "tag: INVALID_ARGUMENT INVALID_MESSAGE",
            "INVALID_ARGUMENT MALFORMED_REQUEST",
            "tag: INVALID_ARGUMENT INVALID_MESSAGE",
            "INVALID_ARGUMENT TOO_MANY_MESSAGES",
            "RESOURCE_EXHAUSTED",
            "UNAVAILABLE",
        ),
    ),
    # The SDK says the same by types of errors, and cuts what is much into requests that the server takes.
    ways.sdk: SDK,
    ways.sdk_async: {
        **SDK,
        "nobody there": "StreamBrokenError STREAM_BROKEN",  # an UnavailableError that says how many were answered
    },
    # An observer raises nothing into the agent: it counts.
    ways.observer: row(
        "a tag",
        "UnauthenticatedError",
        "UnauthenticatedError",
        "skipped: no text",
        "adapter",
        "InvalidArgumentError",
        "InvalidArgumentError",
        "a tag, queue full",
        "a tag",
        "UnavailableError",
    ),
    # The Open Inference Protocol has no place for the error of one element: the request is refused, with {"error": text}.
    ways.inference_grpc: row(
        "a tag",
        "UNAUTHENTICATED TOKEN_MISSING",
        "UNAUTHENTICATED TOKEN_UNKNOWN",
        "INVALID_ARGUMENT INVALID_MESSAGE",
        "INVALID_ARGUMENT INVALID_REQUEST",
        "INVALID_ARGUMENT MALFORMED_REQUEST",
        "INVALID_ARGUMENT INVALID_MESSAGE",
        "INVALID_ARGUMENT TOO_MANY_MESSAGES",
        "RESOURCE_EXHAUSTED",
        "UNAVAILABLE",
    ),
    ways.inference: row(
        "200 a tag",
        "401 error",
        f"401 error{CHALLENGE}",
        "400 error",
        "400 error",
        "400 error",
        "400 error",
        "413 error",
        "413 error",
        "nobody listens",
    ),
    # text-embeddings-inference: by error_type, and the status that belongs to it.
    ways.predict: row(
        "200 a tag",
        "401 Validation",
        f"401 Validation{CHALLENGE}",
        "422 Tokenizer",
        "422 Tokenizer",
        "400 Validation",
        "413 Validation",
        "413 Validation",
        "413 Validation",
        "nobody listens",
    ),
    # Mistral's: {"object": "error", "type", …}.
    ways.classifications: row(
        "200 a tag",
        "401 token_missing",
        f"401 token_unknown{CHALLENGE}",
        "400 invalid_message",
        "400 invalid_request",
        "400 malformed_request",
        "400 invalid_message",
        "413 too_many_messages",
        "413 body_too_large",
        "nobody listens",
    ),
    # Connect: {"code", "message", "details"}; the error of one message stands in its tag.
    ways.classify: row(
        "200 a tag",
        "401 unauthenticated",
        f"401 unauthenticated{CHALLENGE}",
        "200 tag: INVALID_ARGUMENT",
        "200 tag: INVALID_ARGUMENT",
        "400 invalid_argument",
        "200 tag: INVALID_ARGUMENT",
        "413 invalid_argument",
        "413 resource_exhausted",
        "nobody listens",
    ),
    # Lines: an error in the place of a line; what ends the stream is its last one.
    ways.lines: row(
        "200 a tag",
        "401 unauthenticated",
        f"401 unauthenticated{CHALLENGE}",
        "200 tag: INVALID_ARGUMENT",
        "200 tag: INVALID_ARGUMENT",
        "200 tag: INVALID_ARGUMENT",
        "200 tag: INVALID_ARGUMENT",
        "200 a tag",
        "200 end: resource_exhausted",
        "nobody listens",
    ),
    # A2A: JSON-RPC's -32602 is InvalidParams, -32700 JSONParseError; REST has google.rpc.Status as JSON, gRPC as details.
    ways.a2a_rpc: row(
        "200 a tag",
        "401 UNAUTHENTICATED",
        f"401 UNAUTHENTICATED{CHALLENGE}",
        "200 part: INVALID_MESSAGE",
        "200 -32602",
        "200 -32700",
        "200 -32602",
        "200 -32602",
        "413 Content Too Large",
        "nobody listens",
    ),
    ways.a2a_rest: row(
        "200 a tag",
        "401 UNAUTHENTICATED",
        f"401 UNAUTHENTICATED{CHALLENGE}",
        "200 part: INVALID_MESSAGE",
        "400 INVALID_ARGUMENT",
        "400 INVALID_ARGUMENT",
        "400 INVALID_ARGUMENT",
        "400 INVALID_ARGUMENT",
        "413 Content Too Large",
        "nobody listens",
    ),
    ways.a2a_grpc: row(
        "a tag",
        "UNAUTHENTICATED TOKEN_MISSING",
        "UNAUTHENTICATED TOKEN_UNKNOWN",
        "part: INVALID_MESSAGE",
        "INVALID_ARGUMENT MALFORMED_REQUEST",
        "INVALID_ARGUMENT MALFORMED_REQUEST",
        "INVALID_ARGUMENT INVALID_PARAMS",
        "INVALID_ARGUMENT INVALID_PARAMS",
        "RESOURCE_EXHAUSTED",
        "UNAVAILABLE",
    ),
    # MCP: what a model can mend is a result with isError, what is none of its business an error of JSON-RPC or of HTTP.
    ways.mcp_http: row(
        "200 a tag",
        "401 UNAUTHENTICATED",
        f"401 UNAUTHENTICATED{CHALLENGE}",
        "200 an error",
        "200 isError",
        "400 error -32700",
        "200 an error",
        "200 isError",
        "413 Request body too large",
        "nobody listens",
    ),
}


@pytest.fixture(scope="module")
def tagger() -> EmotionTagger:
    return EmotionTagger()


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """One token, and the file that servers know it by."""
    made, grant = new_token("planner", ["classify"])
    file = tmp_path_factory.mktemp("tokens") / "tokens"
    file.write_text(grant.line() + "\n")
    return made, file


async def open_place(engine: Engine, tagger: EmotionTagger, protection: Protection, stack: AsyncExitStack) -> Place:
    server = Server("127.0.0.1", 0, protection=protection)
    await server.start(engine)
    stack.push_async_callback(server.stop)
    http = await stack.enter_async_context(opened(engine, protection))
    agent = AgentServer(tagger.tag_async, tagger.info, grpc_port=0, protection=protection)
    tools = ToolsPort(make_server(tagger.tag_async), protection=protection)
    await stack.enter_async_context(agent)
    await stack.enter_async_context(tools)
    [agent_grpc] = [one.url for one in agent.card.supported_interfaces if one.protocol_binding == "GRPC"]
    return Place(
        grpc=f"127.0.0.1:{server.port}",
        http=f"http://127.0.0.1:{http.port}",
        agent=agent.url,
        agent_grpc=agent_grpc,
        tools=tools.url,
    )


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def places(tagger: EmotionTagger, token: tuple[str, Path]) -> AsyncIterator[dict[str, Place]]:
    """All that listens: for everybody, for who has a token, and closed again."""
    engine = Engine.from_checkpoint(Checkpoint.load(default_checkpoint()), devices="cpu")
    await engine.start()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(engine.close)
        async with AsyncExitStack() as closed:
            dead = await open_place(engine, tagger, Protection(), closed)
        yield {
            "open": await open_place(engine, tagger, Protection(), stack),
            "guarded": await open_place(engine, tagger, Protection(tokens=token[1]), stack),
            "dead": dead,
        }


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("way", ANSWERS, ids=lambda way: way.__name__)
async def test_refusals(places: dict[str, Place], token: tuple[str, Path], way: Way, case: str) -> None:
    guarded, free, dead = places["guarded"], places["open"], places["dead"]
    asked = {
        "a token": Asked(place=guarded, token=token[0]),
        "no token": Asked(place=guarded),
        "a wrong token": Asked(place=guarded, token="wrong"),  # noqa: S106 - of nobody
        "an empty text": Asked(place=free, texts=("",)),
        "a text that is none": Asked(place=free, wrong=NOT_TEXT),
        "no message": Asked(place=free, wrong=GARBLED),
        "a long text": Asked(place=free, texts=(LONG,)),
        "many messages": Asked(place=free, texts=("joy",) * MANY),
        "a large request": Asked(place=free, wrong=LARGE),
        "nobody there": Asked(place=dead),
    }[case]
    assert await way(asked) == ANSWERS[way][case]


@pytest.mark.parametrize(
    ("way", "answer"),
    [
        (ways.a2a_rpc, "200 REJECTED UNAVAILABLE"),
        (ways.a2a_rest, "200 REJECTED UNAVAILABLE"),
        (ways.a2a_grpc, "REJECTED UNAVAILABLE"),
        (ways.mcp_http, "200 isError"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
async def test_a_server_behind_that_is_not_there(
    places: dict[str, Place], tagger: EmotionTagger, way: Way, answer: str
) -> None:
    async with (
        AsyncEmotionClient(places["dead"].grpc, retry=ONCE) as client,
        AgentServer(client.classify_many, tagger.info, grpc_port=0) as agent,
        ToolsPort(make_server(client.classify_many)) as tools,
    ):
        grpc = agent.card.supported_interfaces[2].url
        place = Place(grpc="", http="", agent=agent.url, agent_grpc=grpc, tools=tools.url)
        assert await way(Asked(place=place)) == answer


def test_the_table_has_every_case() -> None:
    assert all(tuple(answers) == CASES for answers in ANSWERS.values())
