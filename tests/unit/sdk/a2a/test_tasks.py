from a2a.server.context import ServerCallContext
from a2a.types import ListTasksRequest, Message, Part, Task

from emotag.a2a.tasks import RecentTasks

CALLER = ServerCallContext()


async def kept(tasks: RecentTasks) -> set[str]:
    return {task.id for task in (await tasks.list(ListTasksRequest(), CALLER)).tasks}


async def test_the_tasks_that_were_changed_longest_ago_are_forgotten():
    tasks = RecentTasks(most=2)
    for name in ("a", "b", "a", "c"):
        await tasks.save(Task(id=name), CALLER)
    assert await kept(tasks) == {"a", "c"}
    assert await tasks.get("b", CALLER) is None


async def test_they_are_bounded_by_size_too_but_for_the_last():
    tasks = RecentTasks(most=10, most_bytes=1000)
    large = [Message(parts=[Part(text="x" * 600)])]
    for name in ("a", "b"):
        await tasks.save(Task(id=name, history=large), CALLER)
    assert await kept(tasks) == {"b"}
    await tasks.save(Task(id="b"), CALLER)
    await tasks.save(Task(id="c", history=large), CALLER)
    assert await kept(tasks) == {"b", "c"}, "what b was counts no more"
    await tasks.save(Task(id="d", history=large * 5), CALLER)
    assert await kept(tasks) == {"d"}


async def test_what_was_deleted_takes_no_room():
    tasks = RecentTasks(most=2)
    for name in ("a", "b"):
        await tasks.save(Task(id=name), CALLER)
    await tasks.delete("a", CALLER)
    await tasks.save(Task(id="c"), CALLER)
    assert await kept(tasks) == {"b", "c"}
