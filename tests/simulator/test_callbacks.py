"""Status callbacks, received by a real server and checked by Twilio's own validator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from notify.simulator.callbacks import Overrides, overrides
from tests.simulator.conftest import PHONE, SENDER
from tests.simulator.receiver import Receiver
from tests.simulator_fixture import ACCOUNT_SID, Simulator, wait_until

Send = Callable[..., Any]
FAILING = (503, "text/plain", "")


def settled(simulator: Simulator) -> bool:
    """True when every callback that was started has been answered."""
    webhooks = simulator.stats()["webhooks"]
    return bool(webhooks["waiting"] == 0 and webhooks.get("ok", 0) + webhooks.get("failed", 0) > 0)


def test_sent_and_delivered_are_told_signed_over_the_exact_address(
    send: Send, receiver: Receiver
) -> None:
    message = send(status_callback=f"{receiver.url}/sms/status?ref=a%20b%2Fc&delivery=7")
    sent, delivered = receiver.wait(2)
    assert sent.url == f"{receiver.url}/sms/status?ref=a%20b%2Fc&delivery=7"
    assert sent.is_signed()
    assert delivered.is_signed()
    assert sent.form == {
        "AccountSid": ACCOUNT_SID,
        "ApiVersion": "2010-04-01",
        "From": SENDER,
        "MessageSid": message.sid,
        "MessageStatus": "sent",
        "SmsSid": message.sid,
        "SmsStatus": "sent",
        "To": PHONE,
    }
    assert delivered.form["MessageStatus"] == "delivered"
    assert len(delivered.form["RawDlrDoneDate"]) == 10
    assert delivered.headers["Content-Type"].startswith("application/x-www-form-urlencoded")


@pytest.mark.parametrize(
    ("code", "status"),
    [(30003, "undelivered"), (30005, "undelivered"), (30006, "undelivered"), (30008, "failed")],
)
def test_a_failure_is_told_with_its_error_code(
    send: Send, receiver: Receiver, simulator: Simulator, code: int, status: str
) -> None:
    simulator.set_faults(fates={PHONE: code})
    message = send(status_callback=receiver.url)
    last = receiver.wait(2)[-1]
    assert (last.form["MessageStatus"], last.form["ErrorCode"]) == (status, str(code))
    assert message.fetch().error_code == code


def test_the_ledger_tells_what_each_callback_was_answered(
    send: Send, receiver: Receiver, simulator: Simulator
) -> None:
    receiver.answers = [FAILING]
    send(status_callback=receiver.url)
    [entry] = wait_until(
        lambda: [m for m in simulator.ledger() if len(m["callbacks"]) == 2], "both callbacks"
    )
    answers = [(call["status"], call["answer"]) for call in entry["callbacks"]]
    assert answers == [("sent", 503), ("delivered", 204)]
    assert simulator.stats()["debugger"][0]["code"] == 11200


def test_a_server_error_is_retried_only_when_the_address_asks_for_it(
    send: Send, receiver: Receiver, simulator: Simulator
) -> None:
    simulator.set_faults(fates={PHONE: "stays_sent"})
    receiver.answers = [FAILING] * 4
    send(status_callback=receiver.url)
    wait_until(lambda: settled(simulator), "the callback")
    assert len(receiver.received) == 1
    send(status_callback=f"{receiver.url}/again?x=1#rc=3&rp=5xx")
    again = receiver.wait(5)[1:]
    assert len(again) == 4
    assert len({webhook.headers["I-Twilio-Idempotency-Token"] for webhook in again}) == 1
    assert all(webhook.is_signed() for webhook in again)
    assert {webhook.url for webhook in again} == {f"{receiver.url}/again?x=1"}


def test_an_address_where_nobody_listens_is_tried_once_more_and_then_given_up(
    send: Send, simulator: Simulator
) -> None:
    simulator.set_faults(fates={PHONE: "stays_sent"})
    send(status_callback="http://127.0.0.1:9/nobody")
    wait_until(lambda: settled(simulator), "the callback")
    assert simulator.stats()["webhooks"]["retries"] == 1
    assert simulator.ledger()[0]["callbacks"][0]["answer"] is None


def test_many_callbacks_arrive_side_by_side(
    send: Send, receiver: Receiver, simulator: Simulator
) -> None:
    for number in range(100):
        send(body=f"{number}", status_callback=f"{receiver.url}/?n={number}")
    received = receiver.wait(200)
    assert {webhook.url for webhook in received} == {
        f"{receiver.url}/?n={number}" for number in range(100)
    }


@pytest.mark.parametrize(
    ("fragment", "expected"),
    [
        ("", Overrides()),
        ("rc=0", Overrides(retries=0)),
        ("rc=6&ct=50&rp=never", Overrides()),
        ("rc=5&rp=all", Overrides(retries=5, policy=frozenset({"all"}))),
        (
            "rp=4xx,5xx&rt=2000&tt=9000&ct=1000",
            Overrides(policy=frozenset({"4xx", "5xx"}), read=2.0, total=9.0, connect=1.0),
        ),
    ],
)
def test_the_fragment_overrides_within_twilios_limits(fragment: str, expected: Overrides) -> None:
    assert overrides(fragment) == expected
