"""Our agent and interceptor against an agent by the JavaScript SDK, which calls ours, too: two makes, both directions."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from a2a.client import ClientConfig, ClientFactory
from a2a.types import Message, Part, Role, SendMessageRequest, TaskState
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from emotag.a2a.extension import EXTENSION
from emotag.a2a.server import AgentServer
from emotag.integrations import EmotionObserver
from emotag.integrations.a2a import EmotionInterceptor
from emotag.local import EmotionTagger

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from emotag.integrations import TaggedMessage

pytestmark = pytest.mark.long  # npm installs 70 packages

HERE = Path(__file__).parent
OFFLINE = ("ENOTFOUND", "ECONNREFUSED", "EAI_AGAIN", "ETIMEDOUT", "ENETUNREACH", "network")
SAID = ["Thank you so much, you made my day!", "This is the third outage this week, I am furious about it!"]
ANSWERS = ["I am so happy to hear that!", "I am so sorry, this is terrible."]
LONG = 60.0  # a deadline that does not come


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The agent with its packages."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("node and npm are not installed")
    folder = tmp_path_factory.mktemp("peer")
    for name in ("coder.js", "package.json"):
        shutil.copy(HERE / name, folder)
    install = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts"]
    done = subprocess.run(install, cwd=folder, capture_output=True, text=True, timeout=240, check=False)
    if done.returncode and any(sign in done.stderr for sign in OFFLINE):
        pytest.skip("the npm registry can not be reached")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def keys(tmp_path: Path) -> tuple[Path, Path]:
    """Files of a private key and its public half."""
    private, files = ec.generate_private_key(ec.SECP256R1()), (tmp_path / "key.pem", tmp_path / "key.pub")
    files[0].write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    files[1].write_bytes(private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return files


@asynccontextmanager
async def coder(peer: Path, *arguments: str) -> AsyncIterator[tuple[str, asyncio.StreamReader]]:
    """Start it; yields where it is, and what it says of each message."""
    variables = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    process = await asyncio.create_subprocess_exec(
        "node", "coder.js", *arguments, cwd=peer, env=variables, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            url = (await process.stdout.readline()).decode().strip()
        assert url.startswith("http://"), "it ended"
        yield url, process.stdout
    finally:
        process.kill()
        await process.wait()


async def talk(url: str, interceptor: EmotionInterceptor, *, streaming: bool) -> list[Any]:
    """Say all there is to say, and return the events that came back."""
    async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
        client = await ClientFactory(ClientConfig(httpx_client=http, streaming=streaming)).create_from_url(
            url, [interceptor]
        )
        events = []
        for number, text in enumerate(SAID):
            message = Message(message_id=f"m{number}", role=Role.ROLE_USER, parts=[Part(text=text)])
            events += [event async for event in client.send_message(SendMessageRequest(message=message))]
        return events


@pytest.mark.parametrize("binding", ["JSONRPC", "HTTP+JSON"])
@pytest.mark.parametrize("streaming", [False, True], ids=["whole", "streamed"])
async def test_they_talk_and_every_word_has_the_tag_that_it_has_in_process(
    peer: Path, keys: tuple[Path, Path], binding: str, streaming: bool
) -> None:
    tagger = EmotionTagger()
    seen: list[TaggedMessage] = []
    observing = EmotionObserver(seen.append, tagging=tagger.tag, wait=True, deadline=LONG, keep_text=True)
    async with AgentServer(tagger.tag_async, tagger.info, card_key=keys[0]) as emotions:
        with observing as observer:
            async with coder(peer, emotions.url, binding, str(keys[1])) as (url, told):
                events = await talk(url, EmotionInterceptor(observer, attach=True), streaming=streaming)
                heard = [json.loads(await told.readline()) for _ in SAID]
    if streaming:
        kinds = [event.WhichOneof("payload") for event in events]
        assert kinds == ["task", "status_update", "artifact_update", "status_update"] * len(SAID)
    else:
        assert [event.task.status.state for event in events] == [TaskState.TASK_STATE_COMPLETED] * len(SAID)
    between = ["I am on it."] if streaming else []
    texts = [text for said, answer in zip(SAID, ANSWERS, strict=True) for text in (said, *between, answer)]
    assert [one.text for one in seen] == texts
    truth = [(tag.label, tag.score) for tag in tagger.tag(texts)]
    assert [(one.tag.label, one.tag.score) for one in seen] == truth
    labels = [tag.label for tag in tagger.tag(SAID)]
    assert [one["emotion"]["category"] for one in heard] == labels == ["joy", "anger"]
    assert [one["heard"][EXTENSION]["category"] for one in heard] == labels
    assert [one["extensions"] for one in heard] == [[EXTENSION]] * len(SAID)
