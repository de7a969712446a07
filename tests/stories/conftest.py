"""The whole house as real processes, for stories that walk from a form to a phone, a feed and a banner."""

from __future__ import annotations

import contextlib
import os
import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from notify.demo import broker
from notify.demo.children import ROOT, alive
from notify.demo.residents import FIRST_NUMBER, NUMBERS
from notify.demo.stack import Stack, manage, stack
from tests.channels.banners.conftest import host
from tests.provision import Missing, skip_for
from tests.simulator_fixture import Simulator
from tests.stories.people import Editor, Resident
from tests.stories.systems import System

__all__ = ["host"]  # a page on another origin: a fixture that banners' own tests share

EDITORS = ("redaktor", "kollega")
PASSWORD = "en lång natt vid skärmen"
SECRETS = ("DJANGO_SECRET_KEY", "TWILIO_AUTH_TOKEN", "PHONE_KEYS", "PHONE_INDEX_KEY")
NUMBER = re.compile(r"70[ -]?174[ -]?06[ -]?\d\d")
"""Any of the fictional numbers, however it is written."""
HIRE = """
from django.contrib.auth.models import Group, User
for name in {names!r}:
    user = User.objects.create_user(name, password={password!r}, is_staff=True)
    user.groups.add(Group.objects.get(name="Editors"))
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the stories."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.story)


@contextlib.contextmanager
def empty_database() -> Iterator[str]:
    """The address of a database for the house alone; "" stands for a SQLite file of its own."""
    server = os.environ.get("TEST_DATABASE_URL", "")
    if not server:
        yield ""
        return
    name = f"house_{uuid.uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield urlsplit(server)._replace(path=f"/{name}").geturl()
        finally:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            connection.execute(drop)


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Broker, simulator, web, workers and beat, with Borås loaded and two editors hired.

    The broker is the house's own, because a story kills it.
    """
    folder = tmp_path_factory.mktemp("house")
    try:
        bell, redis_url = broker.server(folder)
    except broker.NoBroker as missing:
        skip_for(Missing(str(missing)))
    with (
        empty_database() as database_url,
        alive(bell),
        stack(
            folder,
            database_url=database_url,
            redis_url=redis_url,
            PUBLISHER_NAME="Borås Energi och Miljö",
            CODE_LIMIT_PER_CLIENT_PER_HOUR="1000",
            CODE_LIMIT_PER_RANGE_PER_HOUR="1000",
        ) as running,
    ):
        running.children["broker"] = bell
        manage(running.environment, "load_city", str(ROOT / "notify/alerts/data/boras"))
        hire = HIRE.format(names=EDITORS, password=PASSWORD)
        manage(running.environment, "shell", "--command", hire)
        yield running


@pytest.fixture
def simulator(house: Stack) -> Iterator[Simulator]:
    """The provider. What a story lets go wrong is mended at its end."""
    provider = Simulator(house.simulator_url)
    sound = provider.get("/simulator/faults")
    yield provider
    fates = provider.get("/simulator/faults")["fates"]
    provider.set_faults(**sound | {"fates": dict.fromkeys(fates)})


@pytest.fixture(scope="session")
def numbers() -> Iterator[str]:
    """Phone numbers that PTS keeps for fiction; no two residents of the house share one."""
    return (f"+{FIRST_NUMBER + number}" for number in range(NUMBERS))


@pytest.fixture
def resident(house: Stack, numbers: Iterator[str]) -> Callable[..., Resident]:
    """Makes residents, each with a phone of their own: ``resident(ÄSPERED, language="en")``."""

    def make(*areas: str, language: str = "sv") -> Resident:
        return Resident(house, next(numbers), areas, language)

    return make


@pytest.fixture
def editor(house: Stack) -> Editor:
    """Somebody who is logged in to the console."""
    return Editor(house, EDITORS[0], PASSWORD)


@pytest.fixture
def colleague(house: Stack) -> Editor:
    """Somebody else who is."""
    return Editor(house, EDITORS[1], PASSWORD)


@pytest.fixture(scope="session")
def system(house: Stack) -> System:
    """Another system, whose key an operator has made."""
    scopes = [word for scope in ("read", "write", "publish") for word in ("--scope", scope)]
    made = manage(house.environment, "create_api_key", "--user", EDITORS[0], *scopes)
    return System(house, made.strip())


@pytest.fixture(autouse=True)
def discretion(house: Stack) -> Iterator[None]:
    """Whatever a story does, no log holds a number or a secret, and no page breaks."""
    yield
    secrets = {house.environment[name] for name in SECRETS}
    for log in house.folder.glob("*.log"):
        text = log.read_text(errors="replace")
        assert not NUMBER.search(text), f"{log.name} holds a phone number"
        assert not [secret for secret in secrets if secret in text], f"{log.name} holds a secret"
    assert "Internal Server Error" not in (house.folder / "web.log").read_text()
