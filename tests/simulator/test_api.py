"""The REST API through the official client, synchronous and asynchronous."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from tests.simulator.conftest import PHONE, SENDER, async_client, credentials_of_the_async_client
from tests.simulator_fixture import ACCOUNT_SID, AUTH_TOKEN, Simulator, wait_until

Send = Callable[..., Any]
SERVICE = "MG" + "7" * 32


def refused(call: Callable[[], Any]) -> tuple[int, int | None]:
    with pytest.raises(TwilioRestException) as error:
        call()
    return error.value.status, error.value.code


def test_a_created_message_has_every_field_of_twilios(send: Send) -> None:
    message = send(body="Hej å €")
    assert re.fullmatch("SM[0-9a-f]{32}", message.sid)
    assert (message.status, message.direction) == ("queued", "outbound-api")
    assert (message.to, message.from_, message.body) == (PHONE, SENDER, "Hej å €")
    assert (message.num_segments, message.num_media) == ("1", "0")
    assert (message.price, message.price_unit, message.date_sent) == (None, "USD", None)
    assert (message.error_code, message.error_message) == (None, None)
    assert message.uri == f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/{message.sid}.json"
    assert message.account_sid == ACCOUNT_SID
    assert message.api_version == "2010-04-01"
    assert abs(message.date_created - datetime.now(UTC)) < timedelta(minutes=1)
    assert list(message.subresource_uris) == ["media"]


def test_a_message_is_delivered_and_priced_by_segment(send: Send, simulator: Simulator) -> None:
    message = send(body="a" * 161)
    simulator.wait_for_messages(PHONE)
    fetched = message.fetch()
    assert fetched.status == "delivered"
    assert fetched.date_sent is not None
    assert float(fetched.price) == pytest.approx(2 * -0.0553)


def test_a_messaging_service_accepts_first_and_chooses_a_sender_later(
    send: Send, simulator: Simulator
) -> None:
    message = send(from_=None, messaging_service_sid=SERVICE)
    assert (message.status, message.from_, message.num_segments) == ("accepted", None, "0")
    [entry] = simulator.wait_for_messages(PHONE)
    assert entry["from"] == simulator.number
    assert [step["status"] for step in entry["history"]] == [
        "accepted",
        "queued",
        "sent",
        "delivered",
    ]


def test_wrong_credentials_get_401(connect: Callable[..., Client], simulator: Simulator) -> None:
    stranger = connect("wrong")
    create = stranger.messages.create
    assert refused(lambda: create(to=PHONE, from_=SENDER, body="Hej")) == (401, 20003)
    assert refused(lambda: stranger.messages("SM" + "0" * 32).fetch()) == (401, 20003)
    assert simulator.ledger() == []


def test_another_account_gets_401(client: Client) -> None:
    other = client.api.v2010.accounts("AC" + "9" * 32).messages("SM" + "0" * 32)
    assert refused(other.fetch) == (401, 20003)


def test_an_unknown_message_gets_404(client: Client) -> None:
    assert refused(client.messages("SM" + "0" * 32).fetch) == (404, 20404)


def test_a_resource_that_is_not_simulated_gets_404(client: Client) -> None:
    assert refused(client.calls("CA" + "0" * 32).fetch) == (404, 20404)


def test_a_body_that_is_no_form_is_refused(simulator: Simulator) -> None:
    address = f"{simulator.url}/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"
    for media, body in (
        ("application/x-www-form-urlencoded", b"To=\xff"),
        ("application/x-www-form-urlencoded; charset=nonsense", b"To=%2B46"),
        ("multipart/form-data", b"To"),
        ("application/json", b"{}"),
    ):
        headers = {"Content-Type": media}
        answer = requests.post(
            address, body, headers=headers, auth=(ACCOUNT_SID, AUTH_TOKEN), timeout=10
        )
        assert answer.status_code == 400, media
        assert answer.json()["code"] in {20001, 21604}


def test_refusals_are_counted(client: Client, simulator: Simulator) -> None:
    refused(client.messages("SM" + "0" * 32).fetch)
    assert simulator.stats()["refusals"] == {"20404": 1}


def test_the_list_is_paged_newest_first_and_complete(send: Send, client: Client) -> None:
    sent = [send(to=PHONE if n % 2 else "+46701740611", body=f"{n}").sid for n in range(11)]
    listed = [message.sid for message in client.messages.list(page_size=3)]
    assert listed == sent[::-1]
    to_phone = [message.body for message in client.messages.list(to=PHONE, page_size=2)]
    assert to_phone == ["9", "7", "5", "3", "1"]


def test_a_page_stays_where_it_is_while_new_messages_arrive(send: Send, client: Client) -> None:
    sent = [send(body=f"{n}").sid for n in range(4)]
    first = client.messages.page(page_size=2)
    seen = [message.sid for message in first]
    send(body="newer")
    second = first.next_page()
    assert second is not None
    assert seen + [message.sid for message in second] == sent[::-1]
    assert second.next_page() is None


def test_the_list_filters_by_sender_and_by_day(send: Send, client: Client) -> None:
    send(from_="Boras", body="today")
    send(body="other sender")
    today = datetime.now(UTC)
    tomorrow = today + timedelta(days=1)

    def bodies(**query: Any) -> set[str]:
        return {message.body for message in client.messages.list(**query)}

    assert bodies(from_="Boras") == {"today"}
    assert bodies(from_="Boras", date_sent=today) == {"today"}
    assert bodies(from_="Boras", date_sent=date(2020, 1, 1)) == set()
    assert bodies(from_="Boras", date_sent_after=today - timedelta(minutes=5)) == {"today"}
    assert bodies(from_="Boras", date_sent_after=tomorrow) == set()
    assert bodies(from_="Boras", date_sent_before=tomorrow) == {"today"}
    assert bodies(from_="Boras", date_sent_before=today - timedelta(days=1)) == set()


def test_a_scheduled_message_can_be_canceled_and_another_cannot(
    send: Send, simulator: Simulator
) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    scheduled = send(
        from_=None, messaging_service_sid=SERVICE, schedule_type="fixed", send_at=later
    )
    assert scheduled.status == "scheduled"
    assert scheduled.update(status="canceled").status == "canceled"
    ordinary = send()
    assert refused(lambda: ordinary.update(status="canceled")) == (400, 30409)


def test_a_scheduled_message_is_sent_when_its_time_comes(send: Send, simulator: Simulator) -> None:
    soon = datetime.now(UTC)
    send(from_=None, messaging_service_sid=SERVICE, schedule_type="fixed", send_at=soon)
    [entry] = simulator.wait_for_messages(PHONE)
    assert entry["history"][0]["status"] == "scheduled"
    assert entry["status"] == "delivered"


def test_a_finished_message_can_be_redacted_and_deleted(
    send: Send, client: Client, simulator: Simulator
) -> None:
    message = send(body="secret")
    simulator.wait_for_messages(PHONE)
    assert message.update(body="").body == ""
    assert message.delete()
    assert refused(message.fetch) == (404, 20404)
    assert client.messages.list() == []
    assert simulator.texts_to(PHONE) == ["secret"], "the ledger forgets nothing"


def test_a_message_under_way_cannot_be_deleted(send: Send, simulator: Simulator) -> None:
    simulator.set_faults(sent_ms=60_000)
    message = send()
    assert refused(message.delete) == (409, 20009)


def test_a_message_that_waits_past_its_validity_expires(send: Send, simulator: Simulator) -> None:
    simulator.set_faults(queue_segments_per_second=0.1)
    send(body="first")
    late = send(body="second", validity_period=1)
    wait_until(lambda: late.fetch().status == "failed", "the message to expire")
    assert late.fetch().error_code == 30036
    assert late.fetch().date_sent is None


@credentials_of_the_async_client
def test_the_asynchronous_client_gets_the_same(simulator: Simulator) -> None:
    async def journey() -> tuple[set[str], list[Any]]:
        async with async_client(simulator) as client:
            create = client.messages.create_async
            made = await asyncio.gather(
                *(create(to=PHONE, from_=SENDER, body=f"{n}") for n in range(100))
            )
            with pytest.raises(TwilioRestException) as error:
                await create(to="nobody", from_=SENDER, body="Hej")
            assert error.value.code == 21211
            listed = await client.messages.list_async(to=PHONE, page_size=30)
            fetched = await client.messages(made[0].sid).fetch_async()
            assert fetched.body == made[0].body
            return {message.sid for message in made}, listed

    made, listed = asyncio.run(journey())
    assert len(made) == 100
    assert {message.sid for message in listed} == made
