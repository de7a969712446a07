"""Reads that are the same for everybody, answered from what is kept."""

from __future__ import annotations

import gzip
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from notify.channels import tally
from notify.channels.feeds.channel import FeedChannel
from notify.channels.feeds.formats import Format
from notify.channels.kept import reading, store
from notify.channels.kept.address import Address
from notify.channels.notice import Notice
from tests.channels.kept.conftest import ANEW
from tests.channels.notices import hand, notice, update_of

pytestmark = pytest.mark.django_db(transaction=True)

FEED = "/feeds/sv/all.atom"
ADDRESSES = [
    *(f"/feeds/{language}/all.{suffix}" for language in ("sv", "en") for suffix in Format),
    "/feeds/sv/area/1490.atom",
    "/feeds/sv/area/1490/service/water.rss",
    "/feeds/sv/all/2026-W10.json",
    "/cap/all.atom",
    "/cap/area/1490/service/water.rss",
    "/embed/v1/banner.json?areas=1490&lang=en",
    "/embed/v1/banner.svg",
    "/embed/v1/frame/?theme=light&areas=1490",
    "/api/v1/alerts/",
    "/api/v1/alerts/?current=true",
    "/",
    "/?place=1490",
]


def rendered(topic: str = "feeds") -> int:
    return dict(tally.counts(tally.RENDERED)).get(topic, 0)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_kept_answer_is_the_rendered_one_and_asks_the_database_nothing(
    client: Client, told: Notice, address: str
) -> None:
    direct = client.get(address, **ANEW)
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        kept = client.get(address)
        tagged = client.get(address, headers={"if-none-match": kept["ETag"]})
        head = client.head(address)
        short = client.get(address, headers={"accept-encoding": "gzip, br"})

    assert len(asked) == 0
    assert (direct.status_code, kept.content) == (200, direct.content)
    own = ("ETag", "Vary", "X-Accel-Expires")
    says = {name: value for name, value in kept.headers.items() if name not in own}
    assert says == {name: value for name, value in direct.headers.items() if name in says}
    assert kept["ETag"] == direct.headers.get("ETag", kept["ETag"])
    assert (tagged.status_code, tagged.content) == (304, b"")
    assert {tagged[name] for name in ("ETag", "Cache-Control")} == {
        kept["ETag"], kept["Cache-Control"],
    }  # fmt: skip
    assert dict(head.headers) == dict(kept.headers)
    assert gzip.decompress(short.content) == kept.content
    assert short["Content-Length"] == str(len(short.content))


def test_who_has_it_compressed_has_it(client: Client, told: Notice) -> None:
    short = client.get(FEED, headers={"accept-encoding": "gzip"})
    again = client.get(FEED, headers={"if-none-match": short["ETag"]})
    since = client.get(FEED, headers={"if-modified-since": short["Last-Modified"]})
    other = client.get(FEED, headers={"accept-encoding": "gzip;q=0, br"})

    assert (again.status_code, since.status_code) == (304, 304)
    assert "Content-Encoding" not in other


def test_a_cap_document_is_kept_too(client: Client, told: Notice) -> None:
    first = client.get(f"/cap/{told.update}.xml")
    with CaptureQueriesContext(connection) as asked:
        again = client.get(f"/cap/{told.update}.xml")

    assert (first.status_code, again.content, len(asked)) == (200, first.content, 0)


def test_what_a_reader_appends_to_a_feeds_address_makes_no_other(client: Client) -> None:
    for appended in ("", "?utm_source=x", "?a=1"):
        assert client.get(FEED + appended).status_code == 200

    assert rendered() == 1


def test_each_change_is_rendered_once(client: Client, told: Notice) -> None:
    later = update_of(told)
    for count in (1, 2):
        answers = {client.get(FEED).content for _ in range(5)}
        assert (len(answers), rendered()) == (1, count)
        hand(FeedChannel(), later)


def test_a_crowd_at_once_waits_for_one_rendering(told: Notice, client: Client) -> None:
    client.get(FEED)
    request = HttpRequest()
    request.META = {"SERVER_NAME": "testserver", "SERVER_PORT": "80"}
    request.method, request.path_info = "GET", "/feeds/en/all.rss"
    address = Address.of(request)
    assert address
    calls, gate = [], threading.Barrier(6)

    def render(asked: HttpRequest) -> HttpResponse:
        calls.append(asked.path)
        time.sleep(0.05)
        return HttpResponse("words")

    def read(_number: int) -> bytes:
        gate.wait(5)
        found = reading.document(address, render)
        connection.close()
        return found.body if found else b""

    with ThreadPoolExecutor(6) as crowd:
        assert set(crowd.map(read, range(6))) == {b"words"}
    assert calls == ["/feeds/en/all.rss"]


def test_who_dies_while_rendering_keeps_nobody_for_long(
    client: Client, told: Notice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PATIENCE", 0.05)
    monkeypatch.setattr(store, "release", lambda *_: None)
    client.get(FEED)
    hand(FeedChannel(), notice())

    assert client.get(FEED).content.count(b"<entry") == 2


def test_without_redis_answers_are_rendered_as_ever(client: Client, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"

    assert [client.get(address).status_code for address in ADDRESSES] == [200] * len(ADDRESSES)


def test_what_there_is_not_is_refused_as_ever_and_not_rendered_twice(client: Client) -> None:
    answers = [client.get("/feeds/sv/area/nowhere.rss") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert rendered() == 1


def test_another_host_gets_none_of_ours(client: Client) -> None:
    client.get(FEED)

    assert client.get(FEED, headers={"host": "evil.example"}).status_code == 400
