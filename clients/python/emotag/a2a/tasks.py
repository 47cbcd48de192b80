"""The tasks that an agent remembers: the latest, up to a number and a size."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from a2a.server.tasks import InMemoryTaskStore

if TYPE_CHECKING:
    from a2a.server.context import ServerCallContext
    from a2a.types import Task

MOST_KEPT = 1_000
MOST_BYTES = 16 * 2**20  # as protobuf has them: in memory, with what tags consist of, about six times as much


class RecentTasks(InMemoryTaskStore):
    """Forgets the tasks that were changed longest ago. Of what was forgotten, and after a restart, nothing is found."""

    def __init__(self, most: int = MOST_KEPT, most_bytes: int = MOST_BYTES) -> None:
        """Keep at most `most` tasks, and `most_bytes` of them as protobuf has them."""
        super().__init__()
        self._most, self._most_bytes = most, most_bytes
        self._kept: OrderedDict[str, tuple[int, ServerCallContext]] = OrderedDict()
        self._bytes = 0

    async def save(self, task: Task, context: ServerCallContext) -> None:
        """Keep a task, and forget others where there is no room."""
        await super().save(task, context)
        self._drop(task.id)
        size = task.ByteSize()
        self._kept[task.id] = size, context
        self._bytes += size
        while len(self._kept) > 1 and (len(self._kept) > self._most or self._bytes > self._most_bytes):
            oldest = next(iter(self._kept))
            await self.delete(oldest, self._kept[oldest][1])

    async def delete(self, task_id: str, context: ServerCallContext) -> None:
        """Forget a task."""
        self._drop(task_id)
        await super().delete(task_id, context)

    def _drop(self, task_id: str) -> None:
        size, _ = self._kept.pop(task_id, (0, None))
        self._bytes -= size
