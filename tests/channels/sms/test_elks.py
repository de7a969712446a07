"""46elks carries what Twilio does: the same contract, and every way that it can answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pytest_django import Settings

from notify.channels.base import Outcome, Receipt, Recipient
from notify.channels.notice import Notice
from notify.channels.sms import elks
from notify.channels.sms.channel import SmsChannel
from notify.channels.sms.compose import compose
from tests.channels.contract import RefusingContract, TextContract
from tests.channels.notices import notice
from tests.simulator_fixture import Simulator

PHONE = "+46701740610"
LANDLINE = "+46101234567"


@pytest.fixture
def alone(second: Simulator, settings: Settings) -> Simulator:
    """46elks is the only provider."""
    settings.TWILIO_ACCOUNT_SID = ""
    return second


@pytest.fixture
def channel(alone: Simulator, sms: SmsChannel) -> SmsChannel:
    return sms


class TestElks(TextContract, RefusingContract):
    @pytest.fixture
    def channel(self, alone: Simulator, sms: SmsChannel) -> SmsChannel:
        return sms

    @pytest.fixture
    def bad_address(self, simulator: Simulator) -> str:
        simulator.set_faults(provider="elks", fates={LANDLINE: 21614})
        return LANDLINE


def send(channel: SmsChannel, told: Notice | None = None) -> Receipt:
    [receipt] = channel.send(told or notice(), [Recipient(PHONE, "d1", "sv")])
    return receipt


def look_up(channel: SmsChannel, told: Notice) -> Receipt:
    [receipt] = channel.look_up(told, [Recipient(PHONE, "d1", "sv", provider="46elks")])
    return receipt


def sent(simulator: Simulator) -> dict[str, Any]:
    [entry] = simulator.messages_to(PHONE)
    return entry


def faults(simulator: Simulator, **wanted: Any) -> None:
    simulator.set_faults(provider="elks", **wanted)


def test_what_is_taken_has_the_providers_name_for_it(
    channel: SmsChannel, simulator: Simulator
) -> None:
    told = notice()
    receipt = send(channel, told)
    entry = sent(simulator)
    assert receipt == Receipt(
        "d1", Outcome.ACCEPTED, provider="46elks", provider_id=entry["sid"], units=2
    )
    assert (entry["provider"], entry["from"]) == ("elks", "BorasStad")
    assert entry["body"] == compose(told, "sv")


def test_the_callback_address_carries_our_reference_and_a_key_for_it_alone(
    channel: SmsChannel, simulator: Simulator, settings: Settings
) -> None:
    settings.PUBLIC_URL = "https://drift.example.se"
    send(channel)
    url = urlsplit(sent(simulator)["status_callback"])
    query = parse_qs(url.query)
    assert f"{url.scheme}://{url.netloc}{url.path}" == "https://drift.example.se/sms/elks/status"
    assert query["ref"] == ["d1"]
    assert elks.genuine("d1", query["key"][0])
    assert not elks.genuine("d2", query["key"][0])


@pytest.mark.parametrize(
    ("settings_too", "outcome", "error"),
    [
        ({"ELKS_PASSWORD": "wrong"}, Outcome.FAILED_FOR_NOW, "46elks-401"),
        ({"ELKS_SENDER": "Borås Stads Energi"}, Outcome.FAILED_FOR_NOW, "46elks-from"),
        ({"ELKS_API_URL": "http://127.0.0.1:9/a1"}, Outcome.FAILED_FOR_NOW, "unreachable"),
    ],
)
def test_what_an_operator_must_mend_loses_no_sms(
    alone: Simulator,
    settings: Settings,
    settings_too: dict[str, str],
    outcome: Outcome,
    error: str,
) -> None:
    for name, value in settings_too.items():
        setattr(settings, name, value)
    channel = SmsChannel()
    receipt = send(channel)
    channel.close()
    assert (receipt.outcome, receipt.error) == (outcome, error)


def test_a_number_that_it_refuses_has_failed_for_good(
    channel: SmsChannel, simulator: Simulator
) -> None:
    faults(simulator, fates={PHONE: 21614})
    receipt = send(channel)
    assert (receipt.outcome, receipt.error) == (Outcome.FAILED, "46elks-number")
    assert channel.reason(receipt.error) == channel.reason("21614")


def test_a_429_is_obeyed(channel: SmsChannel, simulator: Simulator) -> None:
    faults(simulator, answer_429=1, retry_after=7)
    receipt = send(channel)
    assert (receipt.outcome, receipt.error) == (Outcome.FAILED_FOR_NOW, "46elks-429")
    assert receipt.retry_after == 7.0


@pytest.mark.parametrize("fault", ["accept_then_500", "accept_then_hang_up", "accept_then_hang"])
def test_an_answer_that_was_lost_leaves_a_doubt_that_a_look_up_settles(
    channel: SmsChannel, simulator: Simulator, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setattr(elks, "ANSWER_SECONDS", 0.5)
    faults(simulator, **{fault: 1})
    told = notice()
    assert send(channel, told).outcome is Outcome.IN_DOUBT
    found = look_up(channel, told)
    assert found.outcome in (Outcome.ACCEPTED, Outcome.DELIVERED)
    assert found.provider_id == sent(simulator)["sid"]


@pytest.mark.parametrize("fault", ["answer_500", "refuse"])
def test_what_was_not_taken_is_found_absent(
    channel: SmsChannel, simulator: Simulator, fault: str
) -> None:
    faults(simulator, **{fault: 1})
    told = notice()
    assert send(channel, told).outcome is Outcome.IN_DOUBT
    assert look_up(channel, told).outcome is Outcome.ABSENT


def test_while_it_cannot_be_asked_the_doubt_stays(
    channel: SmsChannel, simulator: Simulator
) -> None:
    faults(simulator, down=1)
    told = notice()
    assert send(channel, told).outcome is Outcome.IN_DOUBT
    assert look_up(channel, told).outcome is Outcome.IN_DOUBT


def test_it_is_found_behind_hundreds_of_others(channel: SmsChannel, simulator: Simulator) -> None:
    told = notice()
    first = send(channel, told)
    others = [Recipient(PHONE, f"d{number}", "sv") for number in range(2, 252)]
    list(channel.send(notice(publisher="Borås"), others))
    assert look_up(channel, told).provider_id == first.provider_id


def test_it_is_found_though_the_clock_of_who_published_is_ahead(
    channel: SmsChannel, simulator: Simulator
) -> None:
    told = notice(sent=datetime.now(UTC) + timedelta(hours=23))
    receipt = send(channel, told)
    assert look_up(channel, told).provider_id == receipt.provider_id


def test_other_words_and_older_ones_are_not_it(channel: SmsChannel, simulator: Simulator) -> None:
    send(channel, notice(publisher="Ulricehamns kommun"))
    assert look_up(channel, notice()).outcome is Outcome.ABSENT
    later = notice(sent=datetime.now(UTC) + timedelta(hours=25))
    send(channel, later)
    assert look_up(channel, later).outcome is Outcome.ABSENT


def test_the_look_up_tells_what_became_of_it(channel: SmsChannel, simulator: Simulator) -> None:
    faults(simulator, fates={PHONE: 30005})
    told = notice()
    send(channel, told)
    simulator.wait_for_messages(PHONE)
    found = look_up(channel, told)
    assert (found.outcome, found.error) == (Outcome.FAILED, "46elks-failed")
