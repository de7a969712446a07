"""Processes that die at the worst moment. What they held is found again; nobody is told twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from notify.demo.children import Child
from notify.demo.stack import Stack
from tests.simulator_fixture import Simulator, wait_until
from tests.stories.browsing import at_once
from tests.stories.outside import banner_items, feed_entries
from tests.stories.people import Editor, Resident, Words
from tests.stories.places import RÅNGEDALA, SANDARED
from tests.stories.systems import System

BURST = Words("Vattenläcka i Rångedala", "Burst water main in Rångedala")
DARK = Words("Vattnet är borta i Sandared", "No water in Sandared")
REFUSED = 21614
"""Twilio: not a mobile number. The request was refused, so the message was certainly not taken."""
LEASE_AND_DOUBT = 150.0
"""Seconds: a dead worker's lease runs out (60), the doubt settles (20), and sweeps find each (5)."""


@pytest.fixture
def mortal(house: Stack) -> Iterator[Callable[[str], Child]]:
    """Names a process of the house that the story may kill; it lives again afterwards."""
    named: list[Child] = []

    def name(child: str) -> Child:
        named.append(house.children[child])
        return named[-1]

    yield name
    for child in named:
        if child.process.poll() is not None:
            child.start()
            child.wait()


def test_a_worker_dies_in_the_middle_of_a_handful(
    simulator: Simulator,
    system: System,
    editor: Editor,
    resident: Callable[..., Resident],
    mortal: Callable[[str], Child],
) -> None:
    # Taken, and callbacks say so; taken, and nobody ever says so; never taken.
    heard, silent = [resident(RÅNGEDALA) for _ in "123"], [resident(RÅNGEDALA) for _ in "12"]
    never_taken = resident(RÅNGEDALA, language="en")
    people = [*heard, *silent, never_taken]
    at_once(*(one.subscribes for one in people))
    fates: dict[str, str | int | None] = {one.phone: "no_callback" for one in silent}
    fates[never_taken.phone] = REFUSED
    # What is taken is never answered, so the worker waits, and has put nothing down.
    simulator.set_faults(accept_then_hang=1, fates=fates)

    def refusals() -> int:
        return int(simulator.stats()["refusals"].get(str(REFUSED), 0))

    before = refusals()
    alert = editor.tells(RÅNGEDALA, BURST)
    taken = [*heard, *silent]
    wait_until(lambda: all(one.texts_about(alert) for one in taken), "the SMS to be taken")
    wait_until(lambda: refusals() > before, "the refusal")
    worker = mortal("worker-urgent")
    worker.kill()
    assert set(system.counts(alert)) <= {"sending", "sent", "delivered"}

    simulator.set_faults(accept_then_hang=0, fates={never_taken.phone: None})
    worker.start()
    worker.wait()
    editor.sees_it_arrive(alert, LEASE_AND_DOUBT)
    assert [len(one.texts_about(alert)) for one in people] == [1] * len(people)
    assert set(system.counts(alert)) == {"delivered"}


def test_the_broker_dies_and_comes_back_empty(
    house: Stack,
    system: System,
    editor: Editor,
    resident: Callable[..., Resident],
    mortal: Callable[[str], Child],
) -> None:
    people = [resident(SANDARED), resident(SANDARED, language="en")]
    at_once(*(one.subscribes for one in people))
    draft = editor.drafts(SANDARED, DARK)
    bell = mortal("broker")
    bell.kill()
    alert = editor.publishes(draft)
    assert set(system.counts(alert)) <= {"queued"}
    bell.start()
    bell.wait()

    editor.sees_it_arrive(alert)
    assert [len(one.texts_about(alert)) for one in people] == [1, 1]
    assert set(system.counts(alert)) == {"delivered"}
    assert len(feed_entries(house, alert, f"sv/area/{SANDARED}.rss")) == 1
    assert len(banner_items(house, alert, SANDARED)) == 1
    # And the bell rings again: the next one does not wait for a sweep.
    alert = editor.updates(alert, sv_headline="Vattnet är snart tillbaka i Sandared")
    editor.sees_it_arrive(alert)
    assert [len(one.texts_about(alert)) for one in people] == [2, 2]
