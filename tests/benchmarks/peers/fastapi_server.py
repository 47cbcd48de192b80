"""The model behind FastAPI and a micro-batcher as people write it by hand, POST /predict. Run with --port."""

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

from tests.benchmarks.peers.tagging import Tagging

BATCH = 64  # requests
WAIT_SECONDS = 0.001  # how long the first request of a batch waits for company


class Texts(BaseModel):
    texts: list[str]


async def gather(queue: asyncio.Queue) -> None:
    """Compute batch after batch in a thread, where the core releases the GIL, and wake who asked."""
    tagging = Tagging()
    while True:
        batch = [await queue.get()]
        if queue.qsize() < BATCH - 1:
            await asyncio.sleep(WAIT_SECONDS)
        while len(batch) < BATCH and not queue.empty():
            batch.append(queue.get_nowait())
        replies = await asyncio.to_thread(tagging.batch, [texts for texts, _ in batch])
        for (_, answer), reply in zip(batch, replies, strict=True):
            if not answer.cancelled():
                answer.set_result(reply)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.queue = asyncio.Queue()
    gathering = asyncio.create_task(gather(app.state.queue))
    yield
    gathering.cancel()


app = FastAPI(lifespan=lifespan)


@app.post("/predict")
async def predict(request: Texts) -> dict[str, list[str]]:
    answer = asyncio.get_running_loop().create_future()
    await app.state.queue.put((request.texts, answer))
    return {"labels": await answer}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    # One process: the batcher gathers within one, and the client has the other core. uvicorn[standard] brings uvloop
    # and httptools, which it takes by itself.
    uvicorn.run(app, host="127.0.0.1", port=parser.parse_args().port, log_level="error", access_log=False)
