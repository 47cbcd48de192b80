"""Write lines into a Kafka topic as an agent would, or print what a tagger made of them.

pip install 'emotag[server]', then
echo '{"text": "Thank you!"}' | python docs/examples/topic.py write localhost:9092 agent.messages
python docs/examples/topic.py read localhost:9092 agent.messages.tagged 10
"""

from __future__ import annotations

import asyncio
import sys

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer


async def write(bootstrap: str, topic: str) -> None:
    """Write each line of standard input as the value of a record, until there are no more."""
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        while line := await asyncio.to_thread(sys.stdin.readline):
            await producer.send_and_wait(topic, line.strip().encode())


async def read(bootstrap: str, topic: str, count: str) -> None:
    """Print label and model of the records that come next, so many of them."""
    async with AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, isolation_level="read_committed") as consumer:
        for _ in range(int(count)):
            headers = {name: (content or b"").decode() for name, content in (await consumer.getone()).headers}
            print(headers.get("emotion-label", "-"), headers.get("emotion-model", "-"), flush=True)


if __name__ == "__main__":
    _, action, *where = sys.argv
    asyncio.run({"write": write, "read": read}[action](*where))
