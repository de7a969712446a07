"""46elks as its documentation has it: sending, history, callbacks, and what can go wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.simulator.conftest import PHONE
from tests.simulator.receiver import Receiver
from tests.simulator_fixture import (
    ELKS_PASSWORD,
    ELKS_USERNAME,
    ControlRefused,
    Simulator,
)

Post = Callable[..., requests.Response]


@pytest.fixture
def post(simulator: Simulator) -> Post:
    """Posts an SMS with sensible values for what the test does not care about."""

    def posted(password: str = ELKS_PASSWORD, **fields: str) -> requests.Response:
        form = {"from": "BorasStad", "to": PHONE, "message": "Vattnet är avstängt."}
        login = (ELKS_USERNAME, password)
        return requests.post(f"{simulator.url}/a1/sms", {**form, **fields}, auth=login, timeout=10)

    return posted


def history(simulator: Simulator, **query: str) -> dict[str, Any]:
    answer = requests.get(
        f"{simulator.url}/a1/sms", query, auth=(ELKS_USERNAME, ELKS_PASSWORD), timeout=10
    )
    document: dict[str, Any] = answer.json()
    return document


def test_an_sms_is_taken_and_stands_in_the_same_ledger(post: Post, simulator: Simulator) -> None:
    answer = post(message="å" * 161)
    made = answer.json()
    assert (answer.status_code, made["status"], made["parts"]) == (200, "created", 2)
    [entry] = simulator.wait_for_messages(PHONE)
    assert (entry["provider"], entry["sid"]) == ("elks", made["id"])
    assert simulator.stats()["by_provider"] == {"elks": 1}


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"to": "070-1740610"}, 400, 'Invalid "to" number'),
        ({"message": ""}, 400, "Missing key message"),
        ({"from": "Borås Stads Energi"}, 400, "Invalid from"),
        ({"password": "wrong"}, 401, "requires Basic"),
    ],
)
def test_what_is_wrong_is_refused(
    post: Post, simulator: Simulator, fields: dict[str, str], status: int, said: str
) -> None:
    answer = post(**fields)
    assert answer.status_code == status
    assert said in answer.text
    assert simulator.ledger() == []
    assert simulator.stats()["elks"]["refusals"] == {str(status): 1}


def test_callbacks_are_unsigned_and_tell_each_step(
    post: Post, receiver: Receiver, simulator: Simulator
) -> None:
    made = post(whendelivered=f"{receiver.url}/elks?ref=d1").json()
    first, second = receiver.wait(2)
    assert first.form == {"id": made["id"], "status": "sent"}
    assert (second.form["status"], set(second.form)) == ("delivered", {"id", "status", "delivered"})
    assert first.url.endswith("/elks?ref=d1")
    assert "X-Twilio-Signature" not in first.headers


def test_a_callback_that_failed_comes_again(post: Post, receiver: Receiver) -> None:
    receiver.answers = [(500, "text/plain", "")]
    post(whendelivered=receiver.url)
    statuses = [webhook.form["status"] for webhook in receiver.wait(3)]
    assert statuses == ["sent", "sent", "delivered"]


def test_the_history_is_read_in_pages_back_in_time(post: Post, simulator: Simulator) -> None:
    for number in range(5):
        post(message=f"{number}")
    post(to="+46701740611")
    page = history(simulator, to=PHONE, limit="3")
    assert [one["message"] for one in page["data"]] == ["4", "3", "2"]
    rest = history(simulator, to=PHONE, start=page["next"])
    assert [one["message"] for one in rest["data"]] == ["1", "0"]
    assert "next" not in rest
    assert history(simulator, end=page["data"][0]["created"])["data"][0]["to"] == "+46701740611"


def test_its_faults_are_its_own(post: Post, simulator: Simulator) -> None:
    simulator.set_faults(answer_429=1)
    assert post().status_code == 200
    simulator.set_faults(provider="elks", answer_429=1, retry_after=3)
    assert (post().status_code, post().headers["Retry-After"]) == (429, "3")
    simulator.set_faults(provider="elks", answer_429=0, down=1)
    with pytest.raises(requests.ConnectionError):
        history(simulator)
    shown = simulator.get("/simulator/faults")
    assert (shown["down"], shown["elks"]["down"]) == (0, 1)
    simulator.reset()
    assert post().status_code == 200


def test_a_provider_that_is_not_there_has_no_faults(simulator: Simulator) -> None:
    with pytest.raises(ControlRefused, match="There is no such provider"):
        simulator.set_faults(provider="nobody", down=1)


def test_what_one_provider_took_the_other_does_not_show(post: Post, simulator: Simulator) -> None:
    made = post().json()
    base = f"{simulator.url}/2010-04-01/Accounts/{simulator.account_sid}/Messages"
    login = (simulator.account_sid, simulator.auth_token)
    assert requests.get(f"{base}.json", auth=login, timeout=10).json()["messages"] == []
    assert requests.get(f"{base}/{made['id']}.json", auth=login, timeout=10).status_code == 404


@pytest.mark.parametrize(
    "fault", ["accept_then_500", "accept_then_hang_up", "answer_500", "refuse"]
)
def test_answers_can_be_lost(post: Post, simulator: Simulator, fault: str) -> None:
    simulator.set_faults(provider="elks", **{fault: 1})
    if "hang" in fault or fault == "refuse":
        with pytest.raises(requests.ConnectionError):
            post()
    else:
        assert post().status_code == 500
    assert len(simulator.ledger()) == (1 if fault.startswith("accept") else 0)


def test_numbers_have_fates_here_too(post: Post, simulator: Simulator) -> None:
    simulator.set_faults(provider="elks", fates={PHONE: 30005, "+46701740611": 21614})
    post()
    assert post(to="+46701740611").status_code == 400
    simulator.wait_for_messages(PHONE)
    assert history(simulator)["data"][0]["status"] == "failed"
