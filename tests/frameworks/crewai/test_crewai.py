"""Crews of CrewAI, with a scripted model, and the listener that shows what they say to an observer."""

from __future__ import annotations

import pytest
from crewai import Agent, BaseLLM, Crew, Task

from emotag.integrations import HANDOFF, INPUT, OUTPUT
from emotag.integrations.crewai import EmotionListener
from tests.frameworks.observers import example

ANGRY, SORRY = "This is unacceptable, I waited three hours.", "I am so sorry, I will look at once."
GLAD, THANKS = "Wonderful, you have the seat at the window!", "Thank you so much, you saved my trip!"
BYE = "You are most welcome, have a great flight!"
EXPECTED = [
    (INPUT, "desk", "task", ANGRY),
    (OUTPUT, "desk", "desk", SORRY),
    (INPUT, "seats", "task", THANKS),
    (OUTPUT, "seats", "seats", GLAD),
]
DELEGATE = (
    "Thought: a coworker knows\nAction: delegate_work_to_coworker\n"
    'Action Input: {"task": "' + THANKS + '", "context": "none", "coworker": "seats"}'
)


class Scripted(BaseLLM):
    """Answers what it is told to."""

    answers: list

    def call(self, messages, **options):
        return self.answers.pop(0)

    async def acall(self, messages, **options):
        return self.answers.pop(0)

    def supports_function_calling(self):
        return False

    def get_context_window_size(self):
        return 8192


def final(text):
    return f"Thought: I now can give a great answer\nFinal Answer: {text}"


def crew():
    desk, seats = (
        Agent(role=role, goal="help", backstory="None.", llm=Scripted(model="scripted", answers=[final(text)]))
        for role, text in (("desk", SORRY), ("seats", GLAD))
    )
    first = Task(description=ANGRY, expected_output="words", agent=desk)
    second = Task(description=THANKS, expected_output="words", agent=seats)
    return Crew(agents=[desk, seats], tasks=[first, second])


def shown(result):
    return result.raw, [(each.agent, each.raw, each.description) for each in result.tasks_output]


@pytest.fixture
def listening():
    listeners = []

    def listen(observer):
        listeners.append(EmotionListener(observer))
        return listeners[-1]

    yield listen
    for each in listeners:
        each.close()


def test_every_message_is_tagged_once(watch, listening):
    plain = shown(crew().kickoff())
    listener, running = listening(watch.observer), crew()
    assert shown(running.kickoff()) == plain
    listener.close()
    assert sorted(watch.said()) == sorted(EXPECTED)
    assert {event.conversation_id for event in watch.events} == {str(running.id)}


def test_the_messages_of_every_way_in(watch, listening, messages):
    listener = listening(watch.observer)
    model = Scripted(model="scripted", answers=[final(GLAD) for _ in messages])
    desk = Agent(role="desk", goal="help", backstory="None.", llm=model)
    tasks = [Task(description=text, expected_output="words", agent=desk) for text in messages]
    Crew(agents=[desk], tasks=tasks).kickoff()
    listener.close()
    assert sorted(watch.heard(INPUT)) == sorted(messages)


async def test_on_an_event_loop(watch, listening):
    listener = listening(watch.observer)
    assert (await crew().kickoff_async()).raw == GLAD
    listener.close()
    assert sorted(watch.said()) == sorted(EXPECTED)


def test_what_is_delegated_is_handed_off(watch, listening):
    listener = listening(watch.observer)
    model = Scripted(model="scripted", answers=[DELEGATE, final(BYE)])
    desk = Agent(role="desk", goal="help", backstory="None.", llm=model, allow_delegation=True)
    seats = Agent(role="seats", goal="help", backstory="None.", llm=Scripted(model="scripted", answers=[final(GLAD)]))
    task = Task(description=ANGRY, expected_output="words", agent=desk)
    assert Crew(agents=[desk, seats], tasks=[task]).kickoff().raw == BYE
    listener.close()
    told = [(INPUT, "desk", "task", ANGRY), (HANDOFF, "seats", "coworker", THANKS)]
    assert sorted(watch.said()) == sorted([*told, (OUTPUT, "seats", "seats", GLAD), (OUTPUT, "desk", "desk", BYE)])


def test_an_agent_without_a_crew(watch, listening):
    listener = listening(watch.observer)
    desk = Agent(role="desk", goal="help", backstory="None.", llm=Scripted(model="scripted", answers=[final(SORRY)]))
    assert desk.kickoff(ANGRY).raw == SORRY
    listener.close()
    told = [(INPUT, "desk", "user", ANGRY), (OUTPUT, "desk", "desk", SORRY)]
    assert sorted((kind, agent, sender, text) for kind, agent, sender, text in watch.said()) == sorted(told)


def test_what_is_wrong_with_tags_is_not_wrong_with_the_run(broken, listening):
    plain = shown(crew().kickoff())
    listener = listening(broken.observer)
    assert shown(crew().kickoff()) == plain
    listener.close()
    assert broken.failed() == 4


def test_a_listener_that_is_closed_sees_nothing(watch, listening):
    listening(watch.observer).close()
    crew().kickoff()
    assert watch.said() == []


def test_the_example_prints_each_message_with_its_tag():
    tasks = [(INPUT, "task", "anger"), (INPUT, "task", "joy")]
    assert sorted(example("crewai")) == sorted([*tasks, (OUTPUT, "desk", "sadness"), (OUTPUT, "seats", "joy")])
