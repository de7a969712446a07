"""One provider stands in for the other; whatever happens, each phone gets one SMS at most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from notify.channels.base import Outcome, Receipt, Recipient, Text
from notify.channels.notice import Notice
from notify.channels.sms import breaker as breakers
from notify.channels.sms import twilio
from notify.channels.sms.breaker import FAILURES
from notify.channels.sms.channel import SmsChannel
from tests.channels.notices import notice
from tests.simulator_fixture import Simulator, wait_until

TAKEN = (Outcome.ACCEPTED, Outcome.DELIVERED)


@pytest.fixture
def few_at_once(settings: Settings) -> None:
    settings.SMS_IN_FLIGHT = 5


@pytest.fixture
def channel(second: Simulator, few_at_once: None, sms: SmsChannel) -> SmsChannel:
    return sms


@pytest.fixture
def unreachable(second: Simulator, few_at_once: None, settings: Settings) -> Iterator[SmsChannel]:
    """A channel whose first provider cannot be reached."""
    settings.TWILIO_API_URL = "http://127.0.0.1:9"
    channel = SmsChannel()
    yield channel
    channel.close()


def people(count: int) -> list[Recipient]:
    return [Recipient(f"+4670{number:07}", f"d{number}", "sv") for number in range(count)]


def send(channel: SmsChannel, told: Notice, count: int) -> dict[str, Receipt]:
    return {one.reference: one for one in channel.send(told, people(count))}


def outcomes(receipts: dict[str, Receipt]) -> Counter[Outcome]:
    return Counter(one.outcome for one in receipts.values())


def taken_by(simulator: Simulator) -> Counter[str]:
    ledger = simulator.ledger()
    assert len({one["to"] for one in ledger}) == len(ledger), "nobody gets two"
    return Counter(one["provider"] for one in ledger)


def test_while_both_work_the_first_is_used(channel: SmsChannel, simulator: Simulator) -> None:
    receipts = send(channel, notice(), 50)
    assert {one.provider for one in receipts.values()} == {"twilio"}
    assert taken_by(simulator) == {"twilio": 50}


def test_what_cannot_be_handed_to_the_first_goes_to_the_second_at_once(
    unreachable: SmsChannel, simulator: Simulator
) -> None:
    receipts = send(unreachable, notice(), 50)
    assert outcomes(receipts) == {Outcome.ACCEPTED: 50}
    assert {one.provider for one in receipts.values()} == {"46elks"}
    assert taken_by(simulator) == {"elks": 50}


def test_texts_to_one_person_go_the_same_way(unreachable: SmsChannel, simulator: Simulator) -> None:
    [receipt] = unreachable.send_texts([Text("+46701740610", "m1", "Hej", valid_for=600)])
    assert (receipt.outcome, receipt.provider) == (Outcome.ACCEPTED, "46elks")


@pytest.mark.parametrize(
    "fault", ["accept_then_500", "accept_then_hang_up", "accept_then_hang", "answer_500", "down"]
)
def test_a_doubt_goes_to_nobody_else_and_the_rest_goes_through_the_second(
    channel: SmsChannel, simulator: Simulator, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setattr(twilio, "ANSWER_SECONDS", 1.0)
    simulator.set_faults(**{fault: 1})
    told = notice()
    receipts = send(channel, told, 60)
    doubtful = [one for one in receipts.values() if one.outcome is Outcome.IN_DOUBT]
    assert FAILURES <= len(doubtful) <= FAILURES + 5, "those in flight when the breaker opened"
    assert {one.provider for one in doubtful} == {"twilio"}
    assert outcomes(receipts)[Outcome.ACCEPTED] == 60 - len(doubtful)
    by = taken_by(simulator)
    assert by["elks"] == 60 - len(doubtful)
    assert by["twilio"] == (len(doubtful) if fault.startswith("accept") else 0)

    simulator.set_faults(**{fault: 0})
    asked = [one for one in people(60) if receipts[one.reference].outcome is Outcome.IN_DOUBT]
    named = [Recipient(one.address, one.reference, "sv", provider="twilio") for one in asked]
    settled = {one.outcome for one in channel.look_up(told, named)}
    assert settled <= set(TAKEN) if fault.startswith("accept") else settled == {Outcome.ABSENT}


def test_a_wrong_password_at_the_first_keeps_nobody_waiting(
    second: Simulator, settings: Settings
) -> None:
    settings.TWILIO_AUTH_TOKEN = "wrong"
    channel = SmsChannel()
    assert outcomes(send(channel, notice(), 5)) == {Outcome.ACCEPTED: 5}
    channel.close()
    assert taken_by(second) == {"elks": 5}


def test_who_told_the_first_to_stop_is_not_written_to_through_the_second(
    channel: SmsChannel, simulator: Simulator
) -> None:
    simulator.set_faults(fates={"+46700000000": 21610})
    receipt = send(channel, notice(), 1)["d0"]
    assert (receipt.outcome, receipt.opted_out) == (Outcome.FAILED, True)
    assert simulator.ledger() == []


def test_a_short_429_is_waited_for_and_a_long_one_is_not(
    channel: SmsChannel, simulator: Simulator
) -> None:
    simulator.set_faults(answer_429=1, retry_after=60)
    receipts = send(channel, notice(), 20)
    refused = [one for one in receipts.values() if one.outcome is Outcome.FAILED_FOR_NOW]
    assert {one.error for one in refused} == {"20429"}
    assert len(refused) <= 5, "those in flight"
    assert taken_by(simulator) == {"elks": 20 - len(refused)}


def test_with_both_down_everybody_waits(
    unreachable: SmsChannel, settings: Settings, simulator: Simulator
) -> None:
    simulator.set_faults(provider="elks", answer_429=1, retry_after=60)
    receipts = send(unreachable, notice(), 30)
    assert outcomes(receipts) == {Outcome.FAILED_FOR_NOW: 30}
    assert simulator.ledger() == []


def test_the_first_is_used_again_when_it_is_back(
    channel: SmsChannel, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breakers, "REST", 0.0)
    simulator.set_faults(down=1)
    send(channel, notice(), 10)
    simulator.set_faults(down=0)
    told = notice(publisher="Borås")
    wait_until(lambda: send(channel, told, 1)["d0"].provider == "twilio", "the first to be back")


# --- asking -----------------------------------------------------------------------------------


def look_up(channel: SmsChannel, told: Notice, provider: str) -> Receipt:
    [receipt] = channel.look_up(told, [Recipient("+46700000000", "d0", "sv", provider=provider)])
    return receipt


def test_who_is_named_is_asked_and_nobody_else(channel: SmsChannel, simulator: Simulator) -> None:
    told = notice()
    send(channel, told, 1)
    simulator.set_faults(provider="elks", down=1)
    assert look_up(channel, told, "twilio").outcome in TAKEN
    simulator.set_faults(provider="elks", down=0)
    assert look_up(channel, told, "46elks").outcome is Outcome.ABSENT


def test_without_a_name_all_are_asked(unreachable: SmsChannel, simulator: Simulator) -> None:
    told = notice()
    send(unreachable, told, 1)
    found = look_up(unreachable, told, "")
    assert found.outcome in TAKEN
    assert found.provider == "46elks"


def test_absent_is_what_all_say(channel: SmsChannel, simulator: Simulator) -> None:
    assert look_up(channel, notice(), "").outcome is Outcome.ABSENT


def test_one_that_cannot_be_asked_leaves_the_doubt_and_is_not_blamed(
    channel: SmsChannel, simulator: Simulator
) -> None:
    simulator.set_faults(provider="elks", down=1)
    receipt = look_up(channel, notice(), "")
    assert (receipt.outcome, receipt.provider) == (Outcome.IN_DOUBT, "")


def test_a_provider_that_is_no_longer_configured_leaves_the_doubt(
    sms: SmsChannel, simulator: Simulator
) -> None:
    assert look_up(sms, notice(), "46elks").outcome is Outcome.IN_DOUBT
