"""Telling other systems: what arrives, and what becomes of each answer."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notify.channels.base import Outcome, Receipt, Recipient
from notify.channels.notice import Notice
from notify.channels.webhooks import errors
from notify.channels.webhooks.channel import WebhookChannel
from notify.channels.webhooks.endpoints import Wanted, change, mark, rotate, switch_off
from notify.channels.webhooks.models import Attempt, Endpoint, Off
from tests.channels.contract import ChannelContract, RefusingContract, carried
from tests.channels.notices import BORÅS, all_clear_of, cancel_of, notice, update_of
from tests.channels.receiver import Receiver
from tests.channels.webhooks.conftest import Register

pytestmark = pytest.mark.django_db


def tell(channel: WebhookChannel, told: Notice, *endpoints: Endpoint) -> list[Receipt]:
    recipients = [Recipient(one.address, f"d{one.pk}", "sv") for one in endpoints]
    return sorted(carried(channel, told, recipients), key=lambda one: int(one.reference[1:]))


class TestWebhookChannel(ChannelContract, RefusingContract):
    @pytest.fixture
    def channel(self, webhooks: WebhookChannel) -> WebhookChannel:
        return webhooks

    @pytest.fixture
    def recipients(self, registered: Register) -> list[Recipient]:
        found = [registered(f"/{number}") for number in range(3)]
        return [Recipient(one.address, f"d{one.pk}", "sv") for one in found]

    @pytest.fixture
    def bad_address(self) -> str:
        return "99999"


def test_the_same_update_has_the_same_id_and_bytes_at_every_try(
    webhooks: WebhookChannel, registered: Register, receiver: Receiver
) -> None:
    told, endpoint = notice(), registered()
    tell(webhooks, told, endpoint)
    tell(webhooks, told, endpoint)
    tell(webhooks, update_of(told), endpoint)
    first, again, other = receiver.received
    assert first.headers["webhook-id"] == again.headers["webhook-id"]
    assert first.body == again.body
    assert other.headers["webhook-id"] != first.headers["webhook-id"]
    assert first.headers["content-type"] == "application/json"


def test_each_kind_of_news_has_its_type(
    webhooks: WebhookChannel, registered: Register, receiver: Receiver
) -> None:
    told, endpoint = notice(), registered()
    for news in (told, update_of(told), all_clear_of(told), cancel_of(told)):
        tell(webhooks, news, endpoint)
    kinds = [json.loads(one.body)["type"] for one in receiver.received]
    assert kinds == ["alert.published", "alert.updated", "alert.resolved", "alert.cancelled"]


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_success_is_a_delivery(
    webhooks: WebhookChannel, registered: Register, receiver: Receiver, status: int
) -> None:
    receiver.answers(status)
    (receipt,) = tell(webhooks, notice(), registered())
    assert receipt.outcome is Outcome.DELIVERED


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 404, 408, 500, 502])
def test_whatever_else_is_answered_is_tried_again(
    webhooks: WebhookChannel, registered: Register, receiver: Receiver, status: int
) -> None:
    receiver.answers(status, Location=f"{receiver.url}/elsewhere")
    (receipt,) = tell(webhooks, notice(), registered())
    assert (receipt.outcome, receipt.error) == (Outcome.FAILED_FOR_NOW, f"http-{status}")
    assert receipt.retry_after is None
    # No redirect was followed.
    assert len(receiver.received) == 1


@pytest.mark.parametrize(("answer", "waits"), [((429, "120"), 120), ((503, "1"), 30)])
def test_who_asks_us_to_wait_is_obeyed(
    webhooks: WebhookChannel,
    registered: Register,
    receiver: Receiver,
    answer: tuple[int, str],
    waits: float,
) -> None:
    status, asked = answer
    receiver.answers(status, Retry_After=asked)
    (receipt,) = tell(webhooks, notice(), registered())
    assert receipt.outcome is Outcome.FAILED_FOR_NOW
    assert receipt.retry_after == waits


def test_who_is_gone_is_switched_off_and_told_nothing_more(
    webhooks: WebhookChannel, registered: Register, receiver: Receiver
) -> None:
    gone, told = registered(), notice()
    receiver.answers(410)
    (receipt,) = tell(webhooks, told, gone)
    assert (receipt.outcome, receipt.error) == (Outcome.FAILED, errors.GONE)
    gone.refresh_from_db()
    assert gone.off_at is not None
    assert gone.off_because == Off.GONE
    assert webhooks.addresses(told, [gone.address]) == []
    (receipt,) = tell(webhooks, told, gone)
    assert (receipt.outcome, receipt.error) == (Outcome.FAILED, errors.OFF)
    assert len(receiver.received) == 1


def test_who_has_another_address_by_now_is_not_gone(
    webhooks: WebhookChannel, registered: Register, receiver: Receiver
) -> None:
    moving = registered("/old")
    receiver.answers(410)
    recipients = [Recipient(moving.address, "d1", "sv")]

    def drawn() -> Iterator[Recipient]:
        yield from recipients
        # The errand is on its way by now, to the address that was.
        change(moving, Wanted("moving", receiver.url + "/new"))

    (receipt,) = carried(webhooks, notice(), drawn())
    assert receipt.error == errors.GONE
    moving.refresh_from_db()
    assert moving.off_at is None


def test_nobody_listening_is_tried_again(webhooks: WebhookChannel, registered: Register) -> None:
    # Nothing listens on the discard port.
    (receipt,) = tell(webhooks, notice(), registered(url="http://127.0.0.1:9/hook"))
    assert (receipt.outcome, receipt.error) == (Outcome.FAILED_FOR_NOW, errors.UNREACHABLE)


def test_who_never_answers_keeps_nobody_else_waiting(
    webhooks: WebhookChannel,
    registered: Register,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("notify.channels.webhooks.channel.PAUSE", 0.1)
    monkeypatch.setattr("notify.channels.webhooks.post.ANSWER_SECONDS", 0.4)
    silent, *others = [registered(path) for path in ("/silent", "/one", "/two")]
    receiver.hold = {"/silent"}
    recipients = [Recipient(one.address, f"d{one.pk}", "sv") for one in (silent, *others)]
    came = [one and one.reference for one in webhooks.send(notice(), recipients)]
    # The others are there, then nothing for a while, in which they can be put down; then the silent one.
    assert {came[0], came[1]} == {f"d{one.pk}" for one in others}
    assert came[2] is None
    assert came[-1] == f"d{silent.pk}"
    assert Attempt.objects.get(endpoint=silent).error == errors.NO_ANSWER
    assert Attempt.objects.get(endpoint=silent).milliseconds >= 400


def test_an_endless_answer_is_not_read(
    webhooks: WebhookChannel, registered: Register, receiver: Receiver
) -> None:
    from aiohttp import web

    receiver.answer = lambda _posted: web.Response(body=b"x" * 20_000_000)
    (receipt,) = tell(webhooks, notice(), registered())
    assert receipt.outcome is Outcome.DELIVERED
    assert Attempt.objects.get().milliseconds < 5_000


def test_every_try_is_logged_without_what_was_answered(
    webhooks: WebhookChannel, registered: Register, receiver: Receiver
) -> None:
    endpoint, told = registered(), notice()
    receiver.answers(500)
    tell(webhooks, told, endpoint)
    receiver.answers(204)
    tell(webhooks, told, endpoint)
    second, first = Attempt.objects.all()
    assert (first.status, first.error) == (500, "http-500")
    assert (second.status, second.error) == (204, "")
    assert (first.alert, first.number, first.kind) == (told.alert, 1, "alert.published")
    assert first.reference == f"d{endpoint.pk}"


def test_the_statements_do_not_grow_with_the_receivers(
    webhooks: WebhookChannel, registered: Register
) -> None:
    endpoints = [registered(f"/{number}") for number in range(5)]
    with CaptureQueriesContext(
        connection,
    ) as few:
        tell(webhooks, notice(), endpoints[0])
    with CaptureQueriesContext(connection) as many:
        tell(webhooks, notice(), *endpoints)
    assert len(few) == len(many) == 2


def test_a_test_is_sent_at_once_and_logged(
    webhooks: WebhookChannel, registered: Register, receiver: Receiver
) -> None:
    made = webhooks.try_out(registered())
    assert (made.kind, made.status, made.error) == ("test", 204, "")
    assert json.loads(receiver.received[0].body)["type"] == "test"
    assert made.pk is not None


def test_both_secrets_sign_while_one_is_being_changed(
    webhooks: WebhookChannel, registered: Register, receiver: Receiver
) -> None:
    endpoint = registered()
    rotate(endpoint, seen=mark(endpoint))
    endpoint.refresh_from_db()
    tell(webhooks, notice(), endpoint)
    assert len(receiver.received[0].headers["webhook-signature"].split()) == 2


def test_who_is_switched_off_by_hand_is_nobodys_address(
    webhooks: WebhookChannel, registered: Register
) -> None:
    endpoint = registered()
    assert webhooks.addresses(notice(), ()) == [endpoint.address]
    switch_off(endpoint, Off.BY_HAND)
    assert webhooks.addresses(notice(places=(BORÅS,)), ()) == []
