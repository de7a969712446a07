"""A house to break: several workers, a broker and a database of its own, and thousands who subscribe."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from notify.demo import broker
from notify.demo.children import ROOT, Child, alive, stop
from notify.demo.stack import Stack, manage, stack
from tests.faults.house import QUEUES, House
from tests.faults.ledgers import OurLedger, TheirLedger
from tests.faults.promise import Person
from tests.faults.scale import IS_WHOLE, SCALE
from tests.provision import Missing, postgres, skip_for
from tests.simulator_fixture import Simulator
from tests.stories.conftest import EDITORS, HIRE, PASSWORD
from tests.stories.people import Alert, Editor, Words
from tests.stories.places import APLARED, DANNIKE, FRISTAD, ÄSPERED

FIRST_NUMBER = 46701740000
"""Nothing leaves the machine: the simulator is the only provider that the house knows."""
DURABLE = ["fsync=off", "full_page_writes=off", "max_connections=60"]
"""As fast as is allowed: what is committed survives the death of every process, if not of the machine.
``synchronous_commit`` stays on, or a commit would be lost with the server."""
BURST = Words("Vattenläcka i byn", "Burst water main in the village")
NUMBER = re.compile(r"(?<![\d.])(?:\+?46[ -]?|0)70[ -]?174[ -]?\d\d[ -]?\d\d(?!\d)")
"""Any of theirs, however it is written; not the digits of a time that something took."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the faults; in their shortened form they run once, on PostgreSQL."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.fault)
            if not IS_WHOLE:
                item.add_marker(pytest.mark.postgres)


@contextlib.contextmanager
def database() -> Iterator[tuple[str, Child | None]]:
    """A server of the house's own, since a test kills it; SQLite where the tests run on that."""
    if not os.environ.get("TEST_DATABASE_URL"):
        yield "", None
        return
    with postgres.server(*DURABLE) as (child, url):
        child.start()
        try:
            child.wait()
            yield url, child
        finally:
            stop(child.process, politely=signal.SIGINT)


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Every process, with Borås loaded and an editor hired."""
    folder = tmp_path_factory.mktemp("faults")
    try:
        bell, redis_url = broker.server(folder)
    except broker.NoBroker as missing:
        skip_for(Missing(str(missing)))
    with (
        database() as (database_url, server),
        alive(bell),
        stack(
            folder,
            database_url=database_url,
            redis_url=redis_url,
            queues=QUEUES,
            celery_app="tests.faults.worker",
            FAULTS_FOLDER=str(folder),
            FAULTS_HASTY="1" if SCALE.hasty else "",
        ) as started,
    ):
        started.children["broker"] = bell
        if server is not None:
            started.children["postgres"] = server
        manage(started.environment, "load_city", str(ROOT / "notify/alerts/data/boras"))
        hire = HIRE.format(names=EDITORS, password=PASSWORD)
        manage(started.environment, "shell", "--command", hire)
        yield started


@pytest.fixture(scope="session")
def subscribers(running: Stack) -> dict[str, list[Person]]:
    """Who subscribes to what: by area."""
    wanted = {ÄSPERED: SCALE.crowd, FRISTAD: SCALE.leavers, APLARED: 40, DANNIKE: 18}
    first, arguments = FIRST_NUMBER, []
    for area, count in wanted.items():
        arguments.append(f"{area}:{count}:{first}")
        first += count
    command = [sys.executable, "-m", "tests.faults.seed", *arguments]
    made = subprocess.run(
        command, env=running.environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    people: dict[str, list[Person]] = {area: [] for area in wanted}
    for line in made.stdout.splitlines():
        area, phone, key = line.split()
        people[area].append(Person(phone, int(key)))
    return people


@pytest.fixture
def house(running: Stack, subscribers: dict[str, list[Person]]) -> Iterator[House]:
    """The house, whole at the beginning and mended at the end."""
    provider = Simulator(running.simulator_url)
    sound = provider.get("/simulator/faults")
    ours = OurLedger(running.environment["DATABASE_URL"])
    house = House(running, provider, ours, TheirLedger(provider))
    house.theirs.forget()
    provider.set_faults(latency_ms=SCALE.latency_ms)
    yield house
    house.mend()
    fates = provider.get("/simulator/faults")["fates"]
    provider.set_faults(**sound | {"fates": dict.fromkeys(fates)})
    house.wait_for_calm()
    house.ours.close()


@pytest.fixture
def crowd(subscribers: dict[str, list[Person]]) -> list[Person]:
    """Residents of one village, all of whom want to know."""
    return subscribers[ÄSPERED]


@pytest.fixture(scope="session")
def editor(running: Stack) -> Editor:
    """Somebody who is logged in to the console."""
    return Editor(running, EDITORS[0], PASSWORD)


Publish = Callable[..., tuple[Alert, int]]


@pytest.fixture
def publish(house: House, editor: Editor) -> Publish:
    """Publishes an urgent alert to a village; returns it with the key of its dispatch."""

    def tell(area: str = ÄSPERED) -> tuple[Alert, int]:
        alert = editor.tells(area, BURST)
        return alert, dispatch_of(house, alert)

    return tell


def dispatch_of(house: House, alert: Alert) -> int:
    """The key of the dispatch of its latest update."""
    key = house.ours.dispatch(alert.code, alert.number)
    assert key is not None, f"update {alert.number} of {alert.code} has no dispatch"
    return key


@pytest.fixture(autouse=True)
def discretion(running: Stack) -> Iterator[None]:
    """Whatever breaks, no log holds a number."""
    yield
    for log in running.folder.glob("*.log"):
        text = log.read_text(errors="replace")
        assert not NUMBER.search(text), f"{log.name} holds a phone number"
