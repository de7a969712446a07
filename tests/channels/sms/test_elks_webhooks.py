"""What 46elks tells us: who is let in, and what is announced."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from notify.channels.base import Outcome, Receipt
from notify.channels.signals import status_reported
from notify.channels.sms.elks import callback_url

ID = "s" + "0a" * 16
DELIVERED = {"id": ID, "status": "delivered", "delivered": "2026-11-23T10:00:00.000000"}


@pytest.fixture(autouse=True)
def reported(monkeypatch: pytest.MonkeyPatch) -> list[Receipt]:
    """What the webhook announced; nobody else listens."""
    monkeypatch.setattr(status_reported, "receivers", [])
    heard: list[Receipt] = []

    def hear(*, reference: str, receipt: Receipt, **_kwargs: object) -> None:
        assert reference == receipt.reference
        heard.append(receipt)

    status_reported.connect(hear, weak=False)
    return heard


def post(url: str, fields: dict[str, str], **headers: str) -> HttpResponse:
    """Post a form to the address as 46elks does: without any signature."""
    parts = urlsplit(url)
    answer = Client(enforce_csrf_checks=True).post(
        f"{parts.path}?{parts.query}",
        urlencode(fields),
        content_type="application/x-www-form-urlencoded",
        headers=headers,
    )
    assert isinstance(answer, HttpResponse)
    return answer


@pytest.mark.parametrize(
    ("word", "outcome", "error"),
    [
        ("sent", Outcome.ACCEPTED, ""),
        ("delivered", Outcome.DELIVERED, ""),
        ("failed", Outcome.FAILED, "46elks-failed"),
        ("teleported", Outcome.ACCEPTED, ""),
    ],
)
def test_a_status_is_announced_in_our_words(
    reported: list[Receipt], word: str, outcome: Outcome, error: str
) -> None:
    answer = post(callback_url("d7"), {"id": ID, "status": word})
    assert answer.status_code == 204
    assert reported == [Receipt("d7", outcome, provider="46elks", provider_id=ID, error=error)]


def test_the_key_of_another_message_opens_nothing(reported: list[Receipt]) -> None:
    answer = post(callback_url("d7").replace("ref=d7", "ref=d8"), DELIVERED)
    assert (answer.status_code, reported) == (403, [])
    assert "d8" not in answer.content.decode()


@pytest.mark.parametrize("query", ["", "?ref=d7", "?ref=d7&key=", "?ref=d7&key=å", "?key=x"])
def test_without_a_key_nobody_gets_in(reported: list[Receipt], query: str) -> None:
    path = urlsplit(callback_url("d7")).path
    answer = post(path + query, DELIVERED)
    assert (answer.status_code, reported) == (403, [])


@pytest.mark.parametrize(
    "fields",
    [{}, {"id": ID}, {"status": "sent"}, {"id": "<b>", "status": "sent"}, {"id": "s" * 99}],
)
def test_a_status_that_says_too_little_gets_a_sentence(
    reported: list[Receipt], fields: dict[str, str]
) -> None:
    answer = post(callback_url("d7"), fields)
    assert (answer.status_code, reported) == (400, [])
    assert answer.content.decode().strip()


def test_a_get_changes_nothing(reported: list[Receipt]) -> None:
    parts = urlsplit(callback_url("d7"))
    assert Client().get(f"{parts.path}?{parts.query}").status_code == 405
    assert reported == []


@pytest.mark.parametrize(
    ("allowed", "client", "status"),
    [
        (["192.0.2.0/24"], "192.0.2.7", 204),
        (["192.0.2.7"], "192.0.2.7", 204),
        (["192.0.2.0/24", "2001:db8::/32"], "2001:db8:1::5", 204),
        (["192.0.2.0/24"], "198.51.100.1", 403),
        (["192.0.2.0/24"], "2001:db8::1", 403),
        (["192.0.2.0/24"], "nonsense", 403),
    ],
)
def test_a_setting_narrows_down_where_they_come_from(
    reported: list[Receipt], settings: Settings, allowed: list[str], client: str, status: int
) -> None:
    settings.ELKS_CALLBACK_ADDRESSES = allowed
    settings.TRUSTED_PROXIES = 1
    answer = post(callback_url("d7"), DELIVERED, **{"X-Forwarded-For": client})
    assert answer.status_code == status
    assert len(reported) == (status == 204)
