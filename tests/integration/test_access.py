"""Calls are let in by their tokens, over every method, and refused with a reason."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from grpc import StatusCode, aio
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from structlog.testing import capture_logs

from emotag import AsyncEmotionClient, InvalidArgumentError, PermissionDeniedError, Retry, UnauthenticatedError
from emotag.v1.emotion_service_pb2 import ClassifyRequest, GetModelInfoRequest
from emotag.v1.emotion_service_pb2_grpc import EmotionServiceStub
from emotag_service.access.grant import new_token
from emotag_service.access.protection import Protection
from emotag_service.grpc.server import Server
from tests.integration.calls import exchange, frame, messages, reason, rich_status, tags_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from emotag_service.engine.engine import Engine

ONCE = Retry(attempts=1)
TOKENS = {"planner": ["classify"], "ops": ["admin"]}


@pytest.fixture
def given(tmp_path: Path) -> tuple[dict[str, str], Path]:
    """Tokens by holder, and their file."""
    made = {name: new_token(name, scopes) for name, scopes in TOKENS.items()}
    path = tmp_path / "tokens"
    path.write_text("".join(f"{grant.line()}\n" for _, grant in made.values()))
    return {name: token for name, (token, _) in made.items()}, path


@asynccontextmanager
async def serving(engine: Engine, **protection: Any) -> AsyncIterator[Server]:
    server = Server("127.0.0.1", 0, protection=Protection(**protection))
    await server.start(engine)
    try:
        yield server
    finally:
        await server.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def guarded(engine: Engine, given: tuple[dict[str, str], Path]) -> AsyncIterator[aio.Channel]:
    async with serving(engine, tokens=given[1]) as server, aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        yield channel


def bearer(token: str) -> tuple[tuple[str, str], ...]:
    return (("authorization", f"Bearer {token}"),)


async def outcome(call: Any) -> tuple[str, str]:
    with pytest.raises(aio.AioRpcError) as caught:
        await call
    return caught.value.code().name, reason(rich_status(caught.value))


async def test_the_scope_classify_opens_every_method(guarded: aio.Channel, given: tuple[dict[str, str], Path]) -> None:
    stub, metadata = EmotionServiceStub(guarded), bearer(given[0]["planner"])
    answer = await stub.Classify(ClassifyRequest(messages=messages("joy")), metadata=metadata)
    assert answer.tags[0].label == "joy"
    assert tags_of(await exchange(stub.StreamClassify(metadata=metadata), [frame("joy")]))[0].label == "joy"
    assert (await stub.GetModelInfo(GetModelInfoRequest(), metadata=metadata)).model.name


async def test_the_scheme_is_of_either_case(guarded: aio.Channel, given: tuple[dict[str, str], Path]) -> None:
    metadata = (("authorization", f"bearer {given[0]['planner']}"),)
    assert await EmotionServiceStub(guarded).GetModelInfo(GetModelInfoRequest(), metadata=metadata)


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ((), "TOKEN_MISSING"),
        ((("authorization", ""),), "TOKEN_MALFORMED"),
        ((("authorization", "Bearer"),), "TOKEN_MALFORMED"),
        ((("authorization", "Bearer "),), "TOKEN_MALFORMED"),
        ((("authorization", "Basic cGxhbm5lcjpwbGFubmVy"),), "TOKEN_MALFORMED"),
        ((("authorization", "TOKEN"),), "TOKEN_MALFORMED"),
        ((("authorization", "Bearer TOKEN"), ("authorization", "Bearer TOKEN")), "TOKEN_MALFORMED"),
        (bearer("wrong"), "TOKEN_UNKNOWN"),
        (bearer("TOKEN "), "TOKEN_UNKNOWN"),
        (bearer(" TOKEN"), "TOKEN_UNKNOWN"),
        (bearer("TOKE"), "TOKEN_UNKNOWN"),
        (bearer("TOKEN TOKEN"), "TOKEN_UNKNOWN"),
        (bearer("x" * 4000), "TOKEN_UNKNOWN"),
        (bearer("%D1%82%D0%BE%D0%BA%D0%B5%D0%BD"), "TOKEN_UNKNOWN"),
    ],
)
async def test_whoever_has_no_token_is_refused(
    guarded: aio.Channel, given: tuple[dict[str, str], Path], metadata: Any, expected: str
) -> None:
    token = given[0]["planner"]
    sent = tuple((key, value.replace("TOKEN", token).replace("TOKE", token[:-1])) for key, value in metadata)
    stub = EmotionServiceStub(guarded)
    for call in (
        stub.Classify(ClassifyRequest(messages=messages("joy")), metadata=sent),
        stub.GetModelInfo(GetModelInfoRequest(), metadata=sent),
        exchange(stub.StreamClassify(metadata=sent), []),
    ):
        assert await outcome(call) == ("UNAUTHENTICATED", expected)


async def test_another_scope_is_denied(guarded: aio.Channel, given: tuple[dict[str, str], Path]) -> None:
    stub, metadata = EmotionServiceStub(guarded), bearer(given[0]["ops"])
    call = stub.Classify(ClassifyRequest(messages=messages("joy")), metadata=metadata)
    assert await outcome(call) == ("PERMISSION_DENIED", "SCOPE_MISSING")


async def test_a_request_of_nobody_is_not_read(guarded: aio.Channel, engine: Engine) -> None:
    """A large one is refused before it is received: the answer is the token's, not that of the limit."""
    method = guarded.unary_unary("/emotag.v1.EmotionService/Classify")
    assert await outcome(method(b"\x0a" * (17 * 2**20))) == ("UNAUTHENTICATED", "TOKEN_MISSING")


async def test_health_is_open_and_reflection_is_not(guarded: aio.Channel, given: tuple[dict[str, str], Path]) -> None:
    health = await health_pb2_grpc.HealthStub(guarded).Check(health_pb2.HealthCheckRequest())
    assert health.status == health_pb2.HealthCheckResponse.SERVING
    request = reflection_pb2.ServerReflectionRequest(list_services="")
    listing = reflection_pb2_grpc.ServerReflectionStub(guarded).ServerReflectionInfo
    assert await outcome(exchange(listing(), [request])) == ("UNAUTHENTICATED", "TOKEN_MISSING")
    assert await exchange(listing(metadata=bearer(given[0]["ops"])), [request])


async def test_a_method_of_nobody_does_not_tell(guarded: aio.Channel) -> None:
    assert (await outcome(guarded.unary_unary("/emotag.v1.Admin/Swap")(b"")))[0] == "UNAUTHENTICATED"


async def test_guesses_do_not_fill_the_log(guarded: aio.Channel) -> None:
    stub = EmotionServiceStub(guarded)
    with capture_logs() as logs:
        for number in range(50):
            await outcome(stub.GetModelInfo(GetModelInfoRequest(), metadata=bearer(f"guess-{number}")))
    assert [log["event"] for log in logs] == ["calls refused"]
    assert "guess" not in str(logs)


async def test_a_token_that_is_taken_away_stops_working(engine: Engine, given: tuple[dict[str, str], Path]) -> None:
    tokens, path = given
    async with (
        serving(engine, tokens=path) as server,
        AsyncEmotionClient(f"localhost:{server.port}", token=tokens["planner"], retry=ONCE) as client,
    ):
        assert (await client.classify("joy")).label == "joy"
        path.write_text(path.read_text().splitlines()[1] + "\n")
        with pytest.raises(UnauthenticatedError):
            await client.classify("joy")


@pytest.mark.parametrize("texts", [["joy"], []], ids=["of messages", "of none"])
async def test_a_stream_ends_with_the_first_frame_after_its_token_was_taken_away(
    guarded: aio.Channel, given: tuple[dict[str, str], Path], texts: list[str]
) -> None:
    tokens, path = given
    stream = EmotionServiceStub(guarded).StreamClassify(timeout=60, metadata=bearer(tokens["planner"]))
    await stream.write(frame("joy"))
    assert (await stream.read()).HasField("start")
    assert (await stream.read()).tags[0].label == "joy"
    planner, ops = path.read_text().splitlines()
    path.write_text(f"{planner} streams=9\n{ops}\n")  # what else the line says is no reason
    await stream.write(frame("joy", ids="n"))
    assert (await stream.read()).tags[0].label == "joy"
    path.write_text(f"{ops}\n")
    await stream.write(frame(*texts, ids="o"))
    assert await outcome(stream.read()) == ("UNAUTHENTICATED", "TOKEN_REVOKED")


async def test_the_sdk_reads_its_token_again_when_the_file_changes(
    engine: Engine, given: tuple[dict[str, str], Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tokens, path = given
    mine = tmp_path / "mine"
    mine.write_text(tokens["ops"] + "\n")
    async with (
        serving(engine, tokens=path) as server,
        AsyncEmotionClient(f"localhost:{server.port}", token=mine, retry=ONCE) as client,
    ):
        with pytest.raises(PermissionDeniedError):
            await client.classify("joy")
        mine.unlink()
        mine.write_text(tokens["planner"])
        assert (await client.classify("joy")).label == "joy"
        for between in ("", "half of", None):  # as somebody leaves it who is writing another
            mine.unlink() if between is None else mine.write_text(between)
            assert (await client.classify("joy")).label == "joy"
    warned = [record.getMessage() for record in caplog.records if record.name == "emotag"]
    assert [text for text in warned if "token not reloaded" in text and "the old ones stay in force" in text]
    assert not any(tokens["planner"] in text for text in warned)


async def test_what_may_be_asked_can_be_switched_off(engine: Engine) -> None:
    async with (
        serving(engine, reflection=False, model_info=False) as server,
        aio.insecure_channel(f"127.0.0.1:{server.port}") as channel,
    ):
        call = EmotionServiceStub(channel).GetModelInfo(GetModelInfoRequest())
        assert await outcome(call) == ("PERMISSION_DENIED", "MODEL_INFO_OFF")
        listing = reflection_pb2_grpc.ServerReflectionStub(channel).ServerReflectionInfo
        with pytest.raises(aio.AioRpcError) as caught:
            await exchange(listing(), [reflection_pb2.ServerReflectionRequest(list_services="")])
        assert caught.value.code() is StatusCode.UNIMPLEMENTED


@pytest.mark.parametrize(
    "target",
    [
        "emotag.example:443",
        "10.0.0.1:50051",
        "dns:///emotag.example:1",
        "[fe80::1]:5",
        "unix-box.example:1",
        "ipv4:127.0.0.1:1,10.0.0.1:1",
        "ipv6:[::1]:1,[2001:db8::1]:1",
    ],
)
async def test_the_sdk_sends_no_token_in_plaintext_to_another_machine(target: str) -> None:
    with pytest.raises(InvalidArgumentError, match="could be read on the way"):
        AsyncEmotionClient(target, token="t")  # noqa: S106 - of nobody


@pytest.mark.parametrize(
    "target",
    [
        "localhost:1",
        "127.0.0.1:1",
        "[::1]:1",
        "unix:/tmp/x",
        "unix-abstract:x",
        "ipv4:127.0.0.1:1,127.0.0.2:1",
        "ipv6:[::1]:1,[::1]:2",
        "dns:///localhost:1",
    ],
)
async def test_on_this_machine_it_does(target: str) -> None:
    AsyncEmotionClient(target, token="t")  # noqa: S106 - of nobody


@pytest.mark.parametrize("token", ["", "two words", "línea", "a\nb"])
async def test_what_is_no_token_is_not_sent(token: str) -> None:
    with pytest.raises(InvalidArgumentError, match="must be a token"):
        AsyncEmotionClient(token=token)
