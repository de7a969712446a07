"""The whole house as real processes, for stories that walk from a form to a phone, a feed and a banner."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from notify.demo.residents import Phones
from notify.demo.stack import ROOT, Stack, manage, stack

EDITOR, PASSWORD = "redaktor", "en lång natt vid skärmen"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the stories in one test process: each house is seven processes, on two cores."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.story)
            item.add_marker(pytest.mark.xdist_group("stories"))


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
def house(tmp_path_factory: pytest.TempPathFactory, redis_url: str) -> Iterator[Stack]:
    """Broker, simulator, web, workers and beat, with Borås loaded and an editor who can log in."""
    with (
        empty_database() as database_url,
        stack(
            tmp_path_factory.mktemp("house"),
            database_url=database_url,
            redis_url=redis_url,
            PUBLISHER_NAME="Borås Energi och Miljö",
            CODE_LIMIT_PER_CLIENT_PER_HOUR="1000",
        ) as running,
    ):
        manage(running.environment, "load_city", str(ROOT / "notify/alerts/data/boras"))
        manage(
            running.environment | {"DJANGO_SUPERUSER_PASSWORD": PASSWORD},
            *("createsuperuser", "--no-input", "--username", EDITOR, "--email", "r@example.org"),
        )
        yield running


@pytest.fixture
def phones(house: Stack) -> Phones:
    """The phones of the house's residents."""
    return Phones(house.simulator_url)
