"""What every test may ask for: a real Redis, a real browser; and what is said when they are missing."""

from __future__ import annotations

import asyncio
import math
import os
import uuid
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import TransactionTestCase
from pytest_django import Settings
from redis import Redis
from xdist.scheduler import LoadGroupScheduling  # type: ignore[import-untyped]

from tests.provision import NOT_TESTED, Missing, skip_for
from tests.provision import chromium as system_chromium
from tests.provision import redis as system_redis
from tests.provision.chromium import Look

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from pytest_django.live_server_helper import LiveServer

POLICY = "Content Security Policy"
HOUSES = ("tests/stories/", "tests/demo/", "tests/faults/")
"""Where tests start whole houses of processes: of each folder one at a time, since there are but two cores."""
WRITTEN_BY_MIGRATING = frozenset(
    {
        "auth_group",
        "auth_group_permissions",
        "auth_permission",
        "banners_releasedscript",
        "django_content_type",
    }
)
"""Tables whose rows are there from the beginning, and that tests leave as they are."""
SERVERS = frozenset({"db", "transactional_db", "redis_url"})
"""Fixtures of whoever asks for a database or a Redis."""


# --- which tests run where --------------------------------------------------------------------


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark browser tests by what they ask for, and skip PostgreSQL's tests on SQLite.

    Where the suite runs on SQLite and then on the servers, TEST_LEAVES names the kinds that this run
    leaves to the other, with commas between them.
    """
    on_postgres = "postgresql" in settings.DATABASES["default"]["ENGINE"]
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
        if item.get_closest_marker("postgres") and not on_postgres:
            item.add_marker(pytest.mark.skip(reason="only on PostgreSQL: script/test runs it"))
    kinds = os.environ.get("TEST_LEAVES", "").split(",")
    left = {item for item in items if _kind(item) in kinds}
    config.hook.pytest_deselected(items=list(left))
    items[:] = [item for item in items if item not in left]


def _kind(item: pytest.Item) -> str:
    """What it asks for: "story", "browser", "served" (a database, a Redis, a house of its own), or "plain"."""
    if item.get_closest_marker("story") and not item.nodeid.startswith("tests/demo/"):
        return "story"
    if item.get_closest_marker("browser"):
        return "browser"
    asks = SERVERS & set(getattr(item, "fixturenames", ()))
    served = asks or item.get_closest_marker("django_db") or item.nodeid.startswith(HOUSES)
    return "served" if served else "plain"


class OneHouse(LoadGroupScheduling):  # type: ignore[misc]  # xdist has no types
    """Runs what needs the same kind of house in one test process, and the rest wherever there is room.

    By path: pytest 9.2 does not see the names that xdist 3.8 gives to groups of marked tests.
    """

    def _split_scope(self, nodeid: str) -> str:
        return next((house for house in HOUSES if nodeid.startswith(house)), nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> OneHouse | None:
    """Share out tests as above under ``--dist loadgroup``, and as xdist does under any other."""
    return OneHouse(config, log) if config.getvalue("dist") == "loadgroup" else None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter,
) -> Generator[None, None, None]:
    """Say last of all what was not tested for want of a real part, and how to get it."""
    result = yield
    missing: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
        if NOT_TESTED in reason:
            sentence = reason.split(NOT_TESTED, 1)[1]
            missing[sentence] = missing.get(sentence, 0) + 1
    for sentence, count in missing.items():
        terminalreporter.write_line(f"{NOT_TESTED}{count} tests. {sentence}", red=True, bold=True)
    return result


# --- a real database --------------------------------------------------------------------------


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Leave PostgreSQL's test databases to their server, which goes with the run.

    A test process that has a browser holds two connections, one of which Django does not see in
    the end (asgiref.local: one for where an event loop runs); it could not drop its database.
    """
    return "postgresql" in settings.DATABASES["default"]["ENGINE"]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """SQLite in a file, as in use: in memory, a second connection is refused instead of waiting."""
    config = settings.DATABASES["default"]
    if config["ENGINE"].endswith("sqlite3"):
        file = tmp_path_factory.mktemp("database") / "test.sqlite3"
        config.setdefault("TEST", {})["NAME"] = str(file)


@pytest.fixture(scope="session", autouse=True)
def _emptied_row_by_row() -> Iterator[None]:
    """Empty the tables after a test of real transactions in a twentieth of the time that Django takes.

    Django truncates them all (0.1 s on PostgreSQL) and then writes every permission anew (0.2 s).
    They hold next to nothing, so deleting is cheap; what migrating wrote stays, and whoever changes
    that in a test of real transactions puts it back.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", _delete_rows)
        yield


def _delete_rows(_case: TransactionTestCase) -> None:
    tables = connection.introspection.django_table_names(include_views=False)
    with transaction.atomic(), connection.cursor() as cursor:
        for table in set(tables) - WRITTEN_BY_MIGRATING:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")  # noqa: S608


@pytest.fixture(scope="session")
def live_server(django_db_setup: None, live_server: LiveServer) -> LiveServer:
    """pytest-django's own, made after the database.

    Before it, the connection still says that it is in memory, and the server's threads would share the
    test's: SQLite then fails at random, or crashes.
    """
    return live_server


# --- a real Redis -----------------------------------------------------------------------------


@pytest.fixture(scope="session")
def redis_url(worker_id: str) -> Iterator[str]:
    """A real Redis or Valkey for this test process: a child of its own, or a database of its own."""
    try:
        with system_redis.available(os.environ.get("GIVEN_REDIS_URL", "")) as url:
            number = int(worker_id.removeprefix("gw")) + 1 if worker_id != "master" else 0
            yield urlunsplit(urlsplit(url)._replace(path=f"/{number}"))
    except Missing as missing:
        skip_for(missing)


@pytest.fixture
def redis(redis_url: str, settings: Settings) -> Iterator[Redis]:
    """It, named by the settings, with a prefix of this test's own."""
    settings.REDIS_KEY_PREFIX = f"{uuid.uuid4().hex}:"
    settings.REDIS_URL = redis_url
    with Redis.from_url(redis_url) as client:
        yield client
        for key in client.scan_iter(f"{settings.REDIS_KEY_PREFIX}*"):
            client.delete(key)


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every read is rendered anew, also where a Redis is there: what a test writes is never committed,
    so nobody would hear of it. Who tests what is kept says so (tests/channels/kept/conftest.py)."""
    from notify.channels.kept import reading

    monkeypatch.setattr(reading, "_avoided_until", math.inf)


# --- a real browser ---------------------------------------------------------------------------


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium, started once per test process."""
    try:
        executable = system_chromium.executable()
    except Missing as missing:
        skip_for(missing)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=system_chromium.ARGUMENTS
        )
        loop = asyncio._get_running_loop()
        yield browser
        # The last test of all may be one outside of it.
        asyncio._set_running_loop(loop)
        browser.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Keep Playwright's event loop, which never leaves the thread, to the tests that have a browser.

    Django takes those for async callers, and would refuse them the database. Any other test runs
    outside the loop, its fixtures too: Django keeps one connection for within and another for
    without, and what a test writes over the second is not undone by a transaction of the first.
    """
    if "chromium" not in getattr(item, "fixturenames", ()):
        with system_chromium.outside_playwright():
            return (yield)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        return (yield)


@pytest.fixture
def page(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A fresh page; ``@pytest.mark.parametrize("page", [Look(width=320)], indirect=True)`` chooses its look.

    The test fails when a script on the page throws, or the page breaks its own content policy.
    """
    look: Look = getattr(request, "param", Look())
    faults: list[str] = []
    context = chromium.new_context(
        viewport={"width": look.width, "height": 844},
        color_scheme=look.theme,
        locale={"sv": "sv-SE", "en": "en-GB"}[look.language],
        timezone_id=look.time_zone,
        java_script_enabled=look.scripts,
    )
    context.set_default_timeout(10_000)
    opened = context.new_page()
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on(
        "console", lambda message: faults.append(message.text) if POLICY in message.text else None
    )
    yield opened
    context.close()
    assert not faults, f"The page is faulty: {faults}"
