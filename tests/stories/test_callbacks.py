"""What the provider says of its messages: forged, twice, backwards, too early."""

from __future__ import annotations

import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable

import pytest
from twilio.request_validator import RequestValidator

from notify.demo.stack import Stack
from tests.simulator_fixture import Simulator, wait_until
from tests.stories.browsing import at_once
from tests.stories.people import Editor, Resident, Words
from tests.stories.places import KINNARUMMA, RYDBOHOLM
from tests.stories.systems import System

BROKEN = Words("Vattnet är borta i Kinnarumma")
DEAD_PHONE = 30005


def calls_back(address: str, form: dict[str, str], signature: str) -> int:
    """The status that a callback is answered with."""
    request = urllib.request.Request(  # noqa: S310 - the house's own http address
        address, urllib.parse.urlencode(form).encode(), {"X-Twilio-Signature": signature}
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code


def test_only_the_provider_is_believed(
    house: Stack,
    simulator: Simulator,
    system: System,
    editor: Editor,
    resident: Callable[..., Resident],
) -> None:
    waiting = resident(RYDBOHOLM).subscribes()
    simulator.set_faults(fates={waiting.phone: "stays_sent"})
    alert = editor.tells(RYDBOHOLM, BROKEN)
    wait_until(lambda: system.counts(alert).get("sent") == 1, "the SMS to be sent")
    message = simulator.messages_to(waiting.phone)[-1]
    address = urllib.parse.urldefrag(message["status_callback"]).url
    form = {"MessageSid": message["sid"], "MessageStatus": "delivered"}
    genuine = RequestValidator(house.environment["TWILIO_AUTH_TOKEN"])
    stranger = RequestValidator("0" * 32)

    before = system.counts(alert)
    elsewhere = address.replace("ref=d", "ref=d9")
    failed = form | {"MessageStatus": "failed"}
    assert calls_back(address, form, stranger.compute_signature(address, form)) == 403
    assert calls_back(address, form, genuine.compute_signature(elsewhere, form)) == 403
    assert calls_back(address, failed, genuine.compute_signature(address, form)) == 403
    assert calls_back(address, form, "") == 403
    assert system.counts(alert) == before

    assert calls_back(address, form, genuine.compute_signature(address, form)) == 204
    told = {"delivered": sum(before.values())}
    wait_until(lambda: system.counts(alert) == told, "the callback to be folded into the ledger")


@pytest.mark.parametrize("fault", ["duplicate", "reverse", "early"])
def test_callbacks_end_right_however_they_come(
    simulator: Simulator,
    system: System,
    editor: Editor,
    resident: Callable[..., Resident],
    fault: str,
) -> None:
    well, dead = people = resident(KINNARUMMA), resident(KINNARUMMA)
    at_once(*(one.subscribes for one in people))
    simulator.set_faults(**{fault: 1}, fates={dead.phone: DEAD_PHONE})
    alert = editor.tells(KINNARUMMA, BROKEN)

    def callbacks() -> list[list[int]]:
        latest = [simulator.messages_to(one.phone)[-1]["callbacks"] for one in (well, dead)]
        return [[one["answer"] for one in made] for made in latest]

    editor.sees_it_arrive(alert)
    made = [204] * (4 if fault == "duplicate" else 2)
    wait_until(lambda: callbacks() == [made, made], "every callback to be answered")
    counts = system.counts(alert)
    assert counts["failed"] == 1
    assert counts["delivered"] == sum(counts.values()) - 1
    assert str(DEAD_PHONE) in editor.bars(alert).text
    assert [len(one.texts_about(alert)) for one in people] == [1, 1]
