"""How a hub is told: by requests that real hubs take, and what each of their answers means."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from urllib.parse import parse_qsl

import pytest
from aiohttp import web
from pytest_django import Settings

from notify.channels.websub import errors, ping
from notify.channels.websub.ping import Answer, open_pinger
from tests.channels.receiver import Posted, Receiver, listening

TOPICS = [f"https://drift.example.se/feeds/sv/{number}.atom" for number in range(5)]


@pytest.fixture(scope="module")
def server() -> Iterator[Receiver]:
    with listening() as receiver:
        yield receiver


@pytest.fixture
def hub(server: Receiver) -> Receiver:
    server.forget()
    return server


def tell(url: str) -> Answer:
    async def ask() -> Answer:
        async with open_pinger() as pinger:
            return await pinger.tell(url, TOPICS)

    return asyncio.run(ask())


def form(posted: Posted) -> list[tuple[str, str]]:
    assert posted.headers["content-type"] == "application/x-www-form-urlencoded"
    return parse_qsl(posted.body.decode())


def test_each_topic_is_named_as_either_kind_of_hub_wants_it(hub: Receiver) -> None:
    assert tell(hub.url) == Answer()
    told = sorted(form(posted) for posted in hub.received)
    assert told == sorted(
        [("hub.mode", "publish"), ("hub.url", topic), ("hub.topic", topic)] for topic in TOPICS
    )


def test_where_the_hub_takes_several_they_go_together(hub: Receiver, settings: Settings) -> None:
    settings.WEBSUB_TOPICS_AT_ONCE = 3
    tell(hub.url)
    named = [
        [value for name, value in form(posted) if name == "hub.url"] for posted in hub.received
    ]
    assert sorted(named) == [TOPICS[:3], TOPICS[3:]]


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (200, Answer()),
        (202, Answer()),
        (204, Answer()),
        (302, Answer("http-302")),
        (404, Answer("http-404")),
        (408, Answer("http-408", again=True)),
        (500, Answer("http-500", again=True)),
        (503, Answer("http-503", again=True)),
    ],
)
def test_what_an_answer_means(hub: Receiver, status: int, answer: Answer) -> None:
    hub.answers(status, Location=f"{hub.url}/elsewhere")
    assert tell(hub.url) == answer
    assert len(hub.received) == len(TOPICS)


def test_a_hub_that_asks_us_to_wait_is_obeyed(hub: Receiver) -> None:
    hub.answers(429, Retry_After="60")
    assert tell(hub.url) == Answer("http-429", again=True, retry_after=60)


def test_a_topic_that_nobody_reads_there_may_be_refused(hub: Receiver) -> None:
    """Switchboard answers 404 for one without subscribers."""
    wanted = TOPICS[2]
    hub.answer = lambda posted: web.Response(
        status=204 if ("hub.topic", wanted) in form(posted) else 404
    )
    assert tell(hub.url) == Answer()


def test_one_that_may_work_later_has_them_all_told_again(hub: Receiver) -> None:
    broken = TOPICS[2]
    hub.answer = lambda posted: web.Response(
        status=500 if ("hub.topic", broken) in form(posted) else 204
    )
    assert tell(hub.url) == Answer("http-500", again=True)


def test_a_hub_that_is_away_or_silent_is_told_later(
    hub: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert tell("http://127.0.0.1:9/") == Answer(errors.UNREACHABLE, again=True)
    monkeypatch.setattr(ping, "ANSWER_SECONDS", 0.3)
    hub.hold = {"/silent"}
    assert tell(f"{hub.url}/silent") == Answer(errors.NO_ANSWER, again=True)
