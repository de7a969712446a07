"""The control API: the ledger, the totals, and who may change what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.simulator.conftest import PHONE, SENDER
from tests.simulator_fixture import ControlRefused, Simulator

Send = Callable[..., Any]


def test_the_ledger_tells_every_message_with_its_life(send: Send, simulator: Simulator) -> None:
    message = send(body="16–18", validity_period=600)
    [entry] = simulator.wait_for_messages(PHONE)
    assert entry["sid"] == message.sid
    assert (entry["to"], entry["from"], entry["body"]) == (PHONE, SENDER, "16–18")
    assert (entry["encoding"], entry["num_segments"]) == ("UCS-2", 1)
    assert entry["validity_period"] == 600
    assert [step["status"] for step in entry["history"]] == ["queued", "sent", "delivered"]


def test_the_ledger_is_read_in_pages_by_number(send: Send, simulator: Simulator) -> None:
    for number in range(5):
        send(body=f"{number}", to=PHONE if number != 2 else "+46701740611")
    page = simulator.get("/simulator/ledger?limit=2")
    assert ([m["body"] for m in page["messages"]], page["more"]) == (["0", "1"], True)
    page = simulator.get(f"/simulator/ledger?since={page['next_since']}")
    assert ([m["body"] for m in page["messages"]], page["more"]) == (["2", "3", "4"], False)
    assert [m["body"] for m in simulator.messages_to(PHONE)] == ["0", "1", "3", "4"]


def test_the_totals_add_up(send: Send, simulator: Simulator) -> None:
    simulator.set_faults(fates={"+46701740611": 30005})
    send(body="a" * 161)
    send(to="+46701740611")
    simulator.wait_for_messages(PHONE)
    simulator.wait_for_messages("+46701740611")
    simulator.reply(PHONE, "Hej")
    stats = simulator.stats()
    assert (stats["messages"], stats["outbound"], stats["inbound"]) == (3, 2, 1)
    assert (stats["segments"], stats["phones"]) == (3, 2)
    assert stats["by_status"] == {"delivered": 1, "undelivered": 1, "received": 1}
    assert stats["by_error_code"] == {"30005": 1}


def test_a_reset_forgets_messages_opt_outs_and_faults(send: Send, simulator: Simulator) -> None:
    simulator.set_faults(latency_ms=1, fates={PHONE: 30005})
    send()
    simulator.reply(PHONE, "STOP")
    simulator.reset()
    assert simulator.ledger() == []
    assert simulator.get("/simulator/faults")["fates"] == {}
    assert send().status == "queued"


@pytest.mark.parametrize(
    ("path", "document"),
    [
        ("/simulator/inbound-url", {"url": "ftp://boras.example"}),
        ("/simulator/inbound-url", {"url": 7}),
        ("/simulator/phones/nobody/reply", {"body": "Hej"}),
        ("/simulator/phones/+46701740610/reply", {"body": 7}),
    ],
)
def test_bad_input_is_answered_with_a_sentence(
    simulator: Simulator, path: str, document: dict[str, Any]
) -> None:
    with pytest.raises(ControlRefused, match="400"):
        simulator.post(path, document)


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff"])
def test_what_is_not_a_json_object_is_refused(simulator: Simulator, body: bytes) -> None:
    answer = requests.post(f"{simulator.url}/simulator/faults", data=body, timeout=10)
    assert answer.status_code == 400
    assert answer.json()["error"]


@pytest.mark.parametrize("query", ["since=x", "limit=-1", "since=99999999999999999999"])
def test_a_bad_page_of_the_ledger_is_refused(simulator: Simulator, query: str) -> None:
    with pytest.raises(ControlRefused, match="400"):
        simulator.get(f"/simulator/ledger?{query}")


def test_a_page_of_another_origin_may_not_post(simulator: Simulator) -> None:
    answer = requests.post(
        f"{simulator.url}/simulator/reset",
        json={},
        headers={"Origin": "http://elsewhere.example"},
        timeout=10,
    )
    assert answer.status_code == 403
