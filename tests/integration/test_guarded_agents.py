"""The ports of `emotag a2a` and `emotag mcp` where others reach them: TLS, tokens, and whose tasks are shown to whom."""

from __future__ import annotations

import ssl
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any

import grpc
import httpx
import httpx2
import pytest
from a2a.client import A2ACardResolver, AuthInterceptor, ClientConfig, ClientFactory, CredentialService
from a2a.client.errors import A2AClientError
from a2a.types import GetTaskRequest
from a2a.utils.errors import TaskNotFoundError
from grpc import aio
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from emotag.a2a.server import AgentServer
from emotag.local import EmotionTagger
from emotag.tools import make_server
from emotag.tools_port import ToolsPort
from emotag_service.access.address import ListenError
from emotag_service.access.grant import Grant, new_token
from emotag_service.access.protection import Protection, TlsFiles
from emotag_service.access.tokens import TokenFileError
from tests.integration.agents import BINDINGS, ask, documents
from tests.integration.authority import Authority

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from a2a.client.base_client import BaseClient

    from emotag import TLS

GLAD = "Thank you so much, you made my day!"
MANY = [f"{GLAD} Number {number}." for number in range(20)]
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
ACCEPT = {"accept": "application/json, text/event-stream"}


class Tokens:
    """A file of tokens, and what is in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._grants: dict[str, Grant] = {}

    def give(self, name: str, scope: str = "classify") -> str:
        token, self._grants[name] = new_token(name, [scope])
        self._write()
        return token

    def take(self, name: str) -> None:
        del self._grants[name]
        self._write()

    def _write(self) -> None:
        self.path.write_text("".join(f"{grant.line()}\n" for grant in self._grants.values()))


class Brings(CredentialService):
    """What a client brings for the scheme that the card names."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def get_credentials(self, security_scheme_name: str, context: Any) -> str | None:
        return self._token if security_scheme_name == "token" else None


@pytest.fixture(scope="module")
def tagger() -> EmotionTagger:
    return EmotionTagger()


@pytest.fixture
def tokens(tmp_path: Path) -> Tokens:
    return Tokens(tmp_path / "tokens")


def trusting(tls: TLS) -> ssl.SSLContext:
    """How a client of HTTP trusts the authority, and proves itself where it has a certificate."""
    context = ssl.create_default_context(cafile=str(tls.ca))
    if tls.certificate is not None:
        context.load_cert_chain(tls.certificate, tls.key)
    return context


@asynccontextmanager
async def caller(server: AgentServer, tls: TLS, binding: str, token: str) -> AsyncIterator[BaseClient]:
    """A client that knows of the agent nothing but its address, the authority, and the token."""
    async with httpx.AsyncClient(trust_env=False, timeout=30, verify=trusting(tls)) as http:
        card = await A2ACardResolver(http, server.url).get_agent_card()
        config = ClientConfig(
            httpx_client=http,
            grpc_channel_factory=lambda target: aio.secure_channel(target, tls.credentials()),
            supported_protocol_bindings=[binding],
            streaming=False,
        )
        client = ClientFactory(config).create(card, [AuthInterceptor(Brings(token))])
        try:
            yield client
        finally:
            await client.close()


@pytest.mark.parametrize("binding", BINDINGS)
async def test_by_the_card_alone_an_agent_calls_over_tls_with_its_token(
    tagger: EmotionTagger, authority: Authority, tokens: Tokens, binding: str
) -> None:
    planner, other = tokens.give("planner"), tokens.give("other")
    certificate, key = authority.server()
    protection = Protection(tls=TlsFiles(certificate=certificate, key=key), tokens=tokens.path)
    tls = authority.agent("anybody")
    async with AgentServer(tagger.tag_async, tagger.info, grpc_port=0, protection=protection) as server:
        assert server.url.startswith("https://")
        async with caller(server, tls, binding, planner) as mine, caller(server, tls, binding, other) as theirs:
            [event] = await ask(mine, GLAD)
            assert documents(event.message.parts)[0]["category"] == "joy"
            [event] = await ask(mine, *MANY)
            assert (await mine.get_task(GetTaskRequest(id=event.task.id))).artifacts
            with pytest.raises(TaskNotFoundError):
                await theirs.get_task(GetTaskRequest(id=event.task.id))
            tokens.take("planner")
            with pytest.raises(A2AClientError, match=r"401|none that is valid"):
                await ask(mine, GLAD)
            assert await ask(theirs, GLAD)


async def test_the_card_is_for_everybody_and_says_what_to_bring(
    tagger: EmotionTagger, authority: Authority, tokens: Tokens
) -> None:
    tokens.give("planner")
    certificate, key = authority.server()
    mutual = TlsFiles(certificate=certificate, key=key, client_ca=authority.ca)
    async with (
        AgentServer(tagger.tag_async, tagger.info, protection=Protection(tokens=tokens.path)) as server,
        httpx.AsyncClient(base_url=server.url, trust_env=False) as http,
    ):
        card = (await http.get("/.well-known/agent-card.json")).json()
        assert card["securitySchemes"]["token"]["httpAuthSecurityScheme"]["scheme"] == "bearer"
        assert card["securityRequirements"] == [{"schemes": {"token": {}}}]
        assert (await http.head("/.well-known/agent-card.json")).status_code == 200
        assert (await http.post("/.well-known/agent-card.json")).status_code == 401
        assert (await http.get("/tasks")).status_code == 401
    protection = Protection(tls=mutual, tokens=tokens.path)
    async with AgentServer(tagger.tag_async, tagger.info, protection=protection) as server:
        assert set(server.card.security_requirements[0].schemes) == {"token", "certificate"}
        assert server.card.security_schemes["certificate"].HasField("mtls_security_scheme")
    async with AgentServer(tagger.tag_async, tagger.info) as server:
        assert not server.card.security_schemes
        assert not server.card.security_requirements


async def test_a_token_of_another_scope_is_not_enough(tagger: EmotionTagger, tokens: Tokens) -> None:
    headers = {"authorization": f"Bearer {tokens.give('ops', 'admin')}"}
    protection = Protection(tokens=tokens.path)
    async with (
        AgentServer(tagger.tag_async, tagger.info, protection=protection) as server,
        ToolsPort(make_server(tagger.tag_async), protection=protection) as port,
        httpx2.AsyncClient(trust_env=False, headers={**ACCEPT, **headers}) as http,
    ):
        for url in (f"{server.url}/", port.url):
            reply = await http.post(url, json=LIST)
            assert reply.status_code == 403
            assert reply.headers["www-authenticate"] == 'Bearer realm="emotag", error="insufficient_scope"'


async def test_certificates_of_callers_are_asked_for_on_each_port(tagger: EmotionTagger, authority: Authority) -> None:
    certificate, key = authority.server()
    protection = Protection(tls=TlsFiles(certificate=certificate, key=key, client_ca=authority.ca))
    planner = authority.agent("planner")
    nobody = type(planner)(authority.ca)
    async with AsyncExitStack() as stack:
        server = AgentServer(tagger.tag_async, tagger.info, grpc_port=0, protection=protection)
        tools = ToolsPort(make_server(tagger.tag_async), protection=protection)
        await stack.enter_async_context(server)
        await stack.enter_async_context(tools)
        async with httpx2.AsyncClient(trust_env=False, verify=trusting(planner)) as http:
            assert (await http.get(f"{server.url}/.well-known/agent-card.json")).status_code == 200
            assert (await http.post(tools.url, json=LIST, headers=ACCEPT)).status_code == 200
        async with httpx2.AsyncClient(trust_env=False, verify=trusting(nobody)) as http:
            for url in (f"{server.url}/.well-known/agent-card.json", tools.url):
                with pytest.raises(httpx2.TransportError):
                    await http.get(url)
        [target] = [one.url for one in server.card.supported_interfaces if one.protocol_binding == "GRPC"]
        for tls, code in ((planner, grpc.StatusCode.UNIMPLEMENTED), (nobody, grpc.StatusCode.UNAVAILABLE)):
            async with aio.secure_channel(target, tls.credentials()) as channel:
                with pytest.raises(aio.AioRpcError) as caught:
                    await channel.unary_unary("/none/None")(b"", timeout=20)
                assert caught.value.code() is code


async def test_a_host_of_mcp_calls_over_tls_with_its_token(
    tagger: EmotionTagger, authority: Authority, tokens: Tokens
) -> None:
    headers = {"authorization": f"Bearer {tokens.give('planner')}"}
    tokens.give("other")
    certificate, key = authority.server()
    protection = Protection(tls=TlsFiles(certificate=certificate, key=key), tokens=tokens.path)
    async with (
        ToolsPort(make_server(tagger.tag_async), protection=protection) as port,
        httpx2.AsyncClient(trust_env=False, verify=trusting(authority.agent("host")), headers=headers) as http,
    ):
        async with Client(streamable_http_client(port.url, http_client=http)) as client:
            found = await client.call_tool("classify_emotion", {"text": GLAD})
        assert found.structured_content is not None
        assert found.structured_content["label"] == "joy"
        tokens.take("planner")
        assert (await http.post(port.url, json=LIST, headers=ACCEPT)).status_code == 401


async def test_beyond_this_machine_plaintext_has_to_be_asked_for_and_pages_of_browsers_stay_out(
    tagger: EmotionTagger, tokens: Tokens
) -> None:
    everywhere: Any = {"host": "0.0.0.0"}  # noqa: S104 - that is what is refused
    agent, tools = AgentServer(tagger.tag_async, tagger.info, **everywhere), make_server(tagger.tag_async)
    for port in (agent, ToolsPort(tools, **everywhere)):
        with pytest.raises(ListenError, match=r"--tls-cert and --tls-key, or --host 127\.0\.0\.1, or --insecure"):
            await port.__aenter__()
    token = tokens.give("planner")
    protection = Protection(insecure=True, tokens=tokens.path)
    async with ToolsPort(tools, **everywhere, protection=protection) as open_port:
        url = open_port.url.replace("0.0.0.0", "127.0.0.1")  # noqa: S104 - see above
        headers = {**ACCEPT, "authorization": f"Bearer {token}"}
        async with httpx2.AsyncClient(trust_env=False, headers=headers) as http:
            assert (await http.post(url, json=LIST)).status_code == 200
            page = await http.post(url, json=LIST, headers={"origin": "http://localhost:1"})
    assert (page.status_code, page.json()["error"]["status"]) == (403, "PERMISSION_DENIED")
    assert "www-authenticate" not in page.headers


async def test_a_file_of_tokens_that_cannot_be_used_keeps_the_ports_shut(tagger: EmotionTagger, tmp_path: Path) -> None:
    protection = Protection(tokens=tmp_path / "none")
    for port in (
        AgentServer(tagger.tag_async, tagger.info, protection=protection),
        ToolsPort(make_server(tagger.tag_async), protection=protection),
    ):
        with pytest.raises(TokenFileError, match=r"--tokens: .*none: No such file"):
            await port.__aenter__()
