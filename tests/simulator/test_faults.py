"""What goes wrong on request, as the product would meet it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from notify.simulator.faults import RateLimit, SenderQueue
from tests.simulator.conftest import PHONE, SENDER, async_client, credentials_of_the_async_client
from tests.simulator.receiver import Receiver
from tests.simulator_fixture import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    ControlRefused,
    Simulator,
    wait_until,
)

Send = Callable[..., Any]


def error_of(send: Send) -> TwilioRestException:
    with pytest.raises(TwilioRestException) as error:
        send()
    return error.value


def test_a_500_may_mean_that_nothing_was_accepted(send: Send, simulator: Simulator) -> None:
    simulator.set_faults(answer_500=1)
    assert error_of(send).status == 500
    assert simulator.ledger() == []


def test_a_500_may_mean_that_it_was_accepted_all_the_same(
    send: Send, receiver: Receiver, simulator: Simulator
) -> None:
    simulator.set_faults(accept_then_500=1)
    with pytest.raises(TwilioRestException):
        send(status_callback=f"{receiver.url}/?delivery=7")
    simulator.wait_for_messages(PHONE)
    assert receiver.wait(1)[0].url.endswith("?delivery=7"), "the callback reveals the outcome"


def test_a_connection_cut_after_accepting_leaves_the_message_on_its_way(
    send: Send, simulator: Simulator
) -> None:
    simulator.set_faults(accept_then_hang_up=1)
    with pytest.raises(requests.ConnectionError):
        send()
    assert len(simulator.wait_for_messages(PHONE)) == 1


@credentials_of_the_async_client
def test_an_answer_that_never_comes_leaves_the_message_on_its_way(simulator: Simulator) -> None:
    simulator.set_faults(accept_then_hang=1)

    async def impatient() -> None:
        async with async_client(simulator) as client, asyncio.timeout(0.5):
            await client.messages.create_async(to=PHONE, from_=SENDER, body="Hej")

    with pytest.raises(TimeoutError):
        asyncio.run(impatient())
    assert len(simulator.wait_for_messages(PHONE)) == 1


def test_a_refused_connection_accepts_nothing(send: Send, simulator: Simulator) -> None:
    simulator.set_faults(refuse=1)
    with pytest.raises(requests.ConnectionError):
        send()
    assert simulator.ledger() == []


def test_a_429_says_when_to_come_back(simulator: Simulator) -> None:
    simulator.set_faults(answer_429=1, retry_after=7)
    answer = requests.post(
        f"{simulator.url}/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json",
        data={"To": PHONE, "From": SENDER, "Body": "Hej"},
        auth=(ACCOUNT_SID, AUTH_TOKEN),
        timeout=10,
    )
    assert (answer.status_code, answer.json()["code"]) == (429, 20429)
    assert answer.headers["Retry-After"] == "7"
    assert simulator.ledger() == []


def test_above_the_rate_a_sender_gets_429_and_another_does_not(
    send: Send, simulator: Simulator
) -> None:
    simulator.set_faults(segments_per_second=0.01)
    send(body="a" * 161)
    assert error_of(send).code == 20429
    assert send(from_="Boras").status == "queued"
    assert len(simulator.ledger()) == 2


def test_a_bucket_holds_a_second_of_segments() -> None:
    limit = RateLimit()
    assert [limit.take("Boras", 1, 2.0) for _ in range(3)] == [True, True, False]
    assert all(limit.take("Boras", 5, 0) for _ in range(3)), "0 is no limit"


def test_each_sender_waits_in_a_queue_of_its_own() -> None:
    queue = SenderQueue()
    waits = [round(queue.wait("Boras", 2, 1.0)) for _ in range(3)]
    assert waits == [0, 2, 4]
    assert queue.wait("Other", 2, 1.0) == pytest.approx(0, abs=0.1)


def test_a_callback_may_come_twice(send: Send, receiver: Receiver, simulator: Simulator) -> None:
    simulator.set_faults(duplicate=1)
    send(status_callback=receiver.url)
    receiver.wait(4)
    assert sorted(receiver.statuses()) == ["delivered", "delivered", "sent", "sent"]


def test_callbacks_may_come_in_the_wrong_order(
    send: Send, receiver: Receiver, simulator: Simulator
) -> None:
    simulator.set_faults(reverse=1)
    send(status_callback=receiver.url)
    receiver.wait(2)
    assert receiver.statuses() == ["delivered", "sent"]


def test_callbacks_may_be_lost(send: Send, receiver: Receiver, simulator: Simulator) -> None:
    simulator.set_faults(drop=1)
    lost = send(status_callback=receiver.url)
    simulator.wait_for_messages(PHONE)
    simulator.set_faults(drop=0)
    send(status_callback=receiver.url)
    assert lost.sid not in {webhook.form["MessageSid"] for webhook in receiver.wait(2)}


def test_a_callback_may_outrun_the_answer(
    send: Send, receiver: Receiver, simulator: Simulator
) -> None:
    simulator.set_faults(early=1)
    message = send(status_callback=receiver.url)
    assert receiver.statuses()[:1] == ["sent"], "told before the client had its answer"
    assert message.status == "queued"
    assert receiver.wait(2)[1].form["MessageStatus"] == "delivered"


def test_a_number_may_never_be_told_about(
    send: Send, receiver: Receiver, simulator: Simulator
) -> None:
    simulator.set_faults(fates={PHONE: "no_callback"})
    message = send(status_callback=receiver.url)
    simulator.wait_for_messages(PHONE)
    assert message.fetch().status == "delivered"
    assert receiver.received == []


def test_a_number_may_stay_sent_for_ever(
    send: Send, receiver: Receiver, simulator: Simulator
) -> None:
    simulator.set_faults(fates={PHONE: "stays_sent"}, delivered_ms=0)
    message = send(status_callback=receiver.url)
    receiver.wait(1)
    assert message.fetch().status == "sent"
    simulator.set_faults(fates={PHONE: None})
    send(status_callback=receiver.url)
    assert receiver.wait(3)[-1].form["MessageStatus"] == "delivered"
    assert message.fetch().status == "sent"


def test_a_share_of_all_messages_may_fail_the_same_way_each_time(
    send: Send, simulator: Simulator
) -> None:
    def statuses() -> list[str]:
        simulator.reset()
        simulator.set_faults(undelivered=0.5, seed=4, sent_ms=0, delivered_ms=0)
        found = []
        for _ in range(12):
            message = send()
            found.append(
                wait_until(
                    lambda sid=message.sid: [  # type: ignore[misc]
                        m["status"]
                        for m in simulator.ledger()
                        if m["sid"] == sid and m["status"] in {"delivered", "undelivered"}
                    ],
                    "an outcome",
                )[0]
            )
        return found

    first = statuses()
    assert set(first) == {"delivered", "undelivered"}
    assert statuses() == first


@pytest.mark.parametrize(
    ("faults", "said"),
    [
        ({"nonsense": 1}, "There is no fault called 'nonsense'"),
        ({"drop": 2}, "from 0 to 1"),
        ({"drop": "much"}, "must be a number"),
        ({"latency_ms": -1}, "must be a number that is not negative"),
        ({"fates": {PHONE: "unlucky"}}, "must be an error code"),
        ({"fates": 3}, "must be an object"),
        ({"disabled_regions": "+7"}, "must be a list"),
    ],
)
def test_a_fault_that_makes_no_sense_changes_nothing(
    simulator: Simulator, faults: dict[str, Any], said: str
) -> None:
    before = simulator.get("/simulator/faults")
    with pytest.raises(ControlRefused, match="400") as refused:
        simulator.set_faults(hang_ms=5, **faults)
    assert said in refused.value.error
    assert simulator.get("/simulator/faults") == before
