"""What becomes of one SMS in every way that a provider can answer, or not answer."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from pytest_django import Settings

from notify.channels.base import Outcome, Receipt, Recipient, Text
from notify.channels.notice import Notice
from notify.channels.sms import twilio
from notify.channels.sms.channel import SmsChannel
from tests.channels.notices import all_clear_of, notice
from tests.channels.sms.conftest import SENDER
from tests.simulator_fixture import Simulator

PHONE = "+46701740610"


def recipient(reference: str = "d1") -> Recipient:
    return Recipient(PHONE, reference, "sv")


def send(sms: SmsChannel, told: Notice | None = None) -> Receipt:
    [receipt] = sms.send(told or notice(), [recipient()])
    return receipt


def look_up(sms: SmsChannel, told: Notice) -> Receipt:
    [receipt] = sms.look_up(told, [recipient()])
    return receipt


def sent(simulator: Simulator) -> dict[str, Any]:
    """The only message that the provider has for the phone."""
    [entry] = simulator.messages_to(PHONE)
    return entry


# --- taken ------------------------------------------------------------------------------------


def test_what_is_taken_has_the_providers_name_for_it(sms: SmsChannel, simulator: Simulator) -> None:
    receipt = send(sms)
    entry = sent(simulator)
    assert receipt == Receipt(
        "d1", Outcome.ACCEPTED, provider="twilio", provider_id=entry["sid"], units=2
    )
    assert entry["from"] == SENDER


def test_the_callback_address_carries_our_reference(
    sms: SmsChannel, simulator: Simulator, settings: Settings
) -> None:
    settings.PUBLIC_URL = "https://drift.example.se"
    send(sms)
    url = urlsplit(sent(simulator)["status_callback"])
    assert f"{url.scheme}://{url.netloc}{url.path}?{url.query}" == (
        "https://drift.example.se/sms/status?ref=d1"
    )
    assert "rc=5" in url.fragment


@pytest.mark.parametrize(
    ("sender", "sent_as"),
    [("BorasStad", "BorasStad"), ("MG" + "0" * 32, None)],
)
def test_the_sender_can_be_a_name_or_a_service(
    sms: SmsChannel, simulator: Simulator, settings: Settings, sender: str, sent_as: str | None
) -> None:
    settings.TWILIO_SENDER = sender
    told = notice()
    receipt = send(sms, told)
    assert (receipt.outcome, receipt.units) == (Outcome.ACCEPTED, 2)
    if sent_as:
        assert sent(simulator)["from"] == sent_as
    assert look_up(sms, told).provider_id == receipt.provider_id


# --- how long the words stay true -------------------------------------------------------------


def validity(sms: SmsChannel, simulator: Simulator, told: Notice) -> int:
    send(sms, told)
    return int(sent(simulator)["validity_period"])


def test_words_lose_their_worth_when_it_should_be_over(
    sms: SmsChannel, simulator: Simulator
) -> None:
    soon = notice(expires=datetime.now(UTC) + timedelta(hours=1))
    assert 3500 < validity(sms, simulator, soon) <= 3600


@pytest.mark.parametrize("hours", [11, 24 * 30])
def test_no_validity_is_longer_than_the_provider_takes(
    sms: SmsChannel, simulator: Simulator, hours: int
) -> None:
    later = notice(expires=datetime.now(UTC) + timedelta(hours=hours))
    assert validity(sms, simulator, later) == 36000


def test_without_an_end_words_stay_true(sms: SmsChannel, simulator: Simulator) -> None:
    assert validity(sms, simulator, notice(expires=None)) == 36000


def test_an_all_clear_stays_true_after_the_expected_end(
    sms: SmsChannel, simulator: Simulator
) -> None:
    over = all_clear_of(notice(expires=datetime.now(UTC) - timedelta(hours=1)))
    assert validity(sms, simulator, over) == 36000


@pytest.mark.parametrize(("asked", "given"), [(600, 600), (0, 1), (99_999, 36000)])
def test_a_text_says_itself_how_long(
    sms: SmsChannel, simulator: Simulator, asked: int, given: int
) -> None:
    list(sms.send_texts([Text(PHONE, "m1", "Hej", valid_for=asked)]))
    assert int(sent(simulator)["validity_period"]) == given


# --- refused ----------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [21211, 21614, 21635, 21999])
def test_a_refused_number_has_failed_for_good(
    sms: SmsChannel, simulator: Simulator, code: int
) -> None:
    simulator.set_faults(fates={PHONE: code})
    receipt = send(sms)
    assert (receipt.outcome, receipt.error) == (Outcome.FAILED, str(code))
    assert not receipt.opted_out


def test_a_person_who_told_the_provider_to_stop_has_opted_out(
    sms: SmsChannel, simulator: Simulator
) -> None:
    simulator.set_faults(fates={PHONE: 21610})
    receipt = send(sms)
    assert (receipt.outcome, receipt.error, receipt.opted_out) == (Outcome.FAILED, "21610", True)


def test_too_many_at_once_may_come_again_when_the_provider_says(
    sms: SmsChannel, simulator: Simulator
) -> None:
    simulator.set_faults(answer_429=1, retry_after=7)
    receipt = send(sms)
    assert (receipt.outcome, receipt.error) == (Outcome.FAILED_FOR_NOW, "20429")
    assert receipt.retry_after == 7.0


def test_a_full_queue_may_empty(sms: SmsChannel, simulator: Simulator) -> None:
    simulator.set_faults(fates={PHONE: 21611})
    assert send(sms).outcome is Outcome.FAILED_FOR_NOW


def test_a_wrong_password_loses_no_sms_and_is_shouted_once(
    account: Simulator, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.TWILIO_AUTH_TOKEN = "wrong"
    sms = SmsChannel()
    people = [recipient(f"d{number}") for number in range(20)]
    receipts = list(sms.send(notice(), people))
    sms.close()
    assert {one.outcome for one in receipts} == {Outcome.FAILED_FOR_NOW}
    assert {one.error for one in receipts} == {"20003"}
    [line] = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert "20003" in line.getMessage()


def test_a_country_that_is_not_opened_waits_for_the_operator(
    sms: SmsChannel, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    simulator.set_faults(disabled_regions=["+46"])
    assert send(sms).outcome is Outcome.FAILED_FOR_NOW
    assert "21408" in caplog.text


def test_logs_hold_no_number(
    sms: SmsChannel, simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    told = notice()
    for fault in ({}, {"answer_500": 1}, {"accept_then_hang_up": 1}, {"fates": {PHONE: 21211}}):
        simulator.reset()
        simulator.set_faults(**fault)
        send(sms, told)
        look_up(sms, told)
    assert PHONE[3:] not in caplog.text


# --- not reached ------------------------------------------------------------------------------


def test_without_a_connection_nothing_was_sent(account: Simulator, settings: Settings) -> None:
    settings.TWILIO_API_URL = "http://127.0.0.1:9"
    sms = SmsChannel()
    receipt = send(sms)
    sms.close()
    assert (receipt.outcome, receipt.error) == (Outcome.FAILED_FOR_NOW, "unreachable")


# --- in doubt ---------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["accept_then_500", "accept_then_hang_up", "accept_then_hang"])
def test_an_answer_that_was_lost_leaves_a_doubt_that_a_look_up_settles(
    sms: SmsChannel, simulator: Simulator, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setattr(twilio, "ANSWER_SECONDS", 0.5)
    simulator.set_faults(**{fault: 1})
    told = notice()
    assert send(sms, told).outcome is Outcome.IN_DOUBT
    simulator.set_faults(**{fault: 0})
    found = look_up(sms, told)
    assert found.outcome in (Outcome.ACCEPTED, Outcome.DELIVERED)
    assert found.provider_id == sent(simulator)["sid"]


@pytest.mark.parametrize("fault", ["answer_500", "refuse"])
def test_what_was_not_taken_is_in_doubt_until_a_look_up_finds_it_absent(
    sms: SmsChannel, simulator: Simulator, fault: str
) -> None:
    simulator.set_faults(**{fault: 1})
    told = notice()
    assert send(sms, told).outcome is Outcome.IN_DOUBT
    assert look_up(sms, told).outcome is Outcome.ABSENT
    assert simulator.messages_to(PHONE) == []


def test_each_sms_is_posted_once_whatever_happens(sms: SmsChannel, simulator: Simulator) -> None:
    simulator.set_faults(accept_then_500=1)
    people = [recipient(f"d{number}") for number in range(20)]
    list(sms.send(notice(), people))
    assert len(simulator.messages_to(PHONE)) == 20


def test_a_look_up_passes_over_a_message_that_was_an_earlier_try(
    sms: SmsChannel, simulator: Simulator
) -> None:
    told = notice()
    [first] = sms.send(told, [recipient()])
    anew = replace(recipient(), earlier=(first.provider_id,))
    [found] = sms.look_up(told, [anew])
    assert found.outcome is Outcome.ABSENT
    [second] = sms.send(told, [anew])
    [found] = sms.look_up(told, [anew])
    assert found.provider_id == second.provider_id != first.provider_id


def test_the_look_up_tells_what_became_of_it(sms: SmsChannel, simulator: Simulator) -> None:
    simulator.set_faults(fates={PHONE: 30005})
    told = notice()
    send(sms, told)
    simulator.wait_for_messages(PHONE)
    found = look_up(sms, told)
    assert (found.outcome, found.error) == (Outcome.FAILED, "30005")


def test_a_message_that_waits_in_the_providers_queue_is_not_absent(
    sms: SmsChannel, simulator: Simulator
) -> None:
    simulator.set_faults(queue_segments_per_second=0.01)
    told = notice()
    send(sms, told)
    send(sms, told)
    assert look_up(sms, told).outcome is Outcome.ACCEPTED


def test_other_words_to_the_same_number_are_not_it(sms: SmsChannel, simulator: Simulator) -> None:
    send(sms, notice(publisher="Ulricehamns kommun"))
    assert look_up(sms, notice()).outcome is Outcome.ABSENT


def test_what_another_sender_sent_is_not_it(
    sms: SmsChannel, account: Simulator, settings: Settings
) -> None:
    told = notice()
    send(sms, told)
    settings.TWILIO_SENDER = "+46701740698"
    other = SmsChannel()
    assert look_up(other, told).outcome is Outcome.ABSENT
    other.close()


def test_it_is_found_though_the_clock_of_who_published_is_ahead(
    sms: SmsChannel, simulator: Simulator
) -> None:
    told = notice(sent=datetime.now(UTC) + timedelta(hours=23))
    receipt = send(sms, told)
    assert look_up(sms, told).provider_id == receipt.provider_id


def test_what_was_sent_days_before_the_notice_was_is_not_it(
    sms: SmsChannel, simulator: Simulator
) -> None:
    told = notice(sent=datetime.now(UTC) + timedelta(hours=25))
    send(sms, told)
    assert look_up(sms, told).outcome is Outcome.ABSENT


def test_it_is_found_behind_hundreds_of_others(sms: SmsChannel, simulator: Simulator) -> None:
    told = notice()
    send(sms, told)
    list(sms.send(notice(publisher="Borås"), [recipient(f"d{n}") for n in range(2, 252)]))
    assert look_up(sms, told).outcome in (Outcome.ACCEPTED, Outcome.DELIVERED)


def test_when_asking_fails_it_stays_in_doubt(account: Simulator, settings: Settings) -> None:
    told = notice()
    settings.TWILIO_API_URL = "http://127.0.0.1:9"
    away = SmsChannel()
    receipt = look_up(away, told)
    away.close()
    assert (receipt.outcome, receipt.error) == (Outcome.IN_DOUBT, "unreachable")
    settings.TWILIO_API_URL = account.url
    settings.TWILIO_AUTH_TOKEN = "wrong"
    locked_out = SmsChannel()
    assert look_up(locked_out, told).outcome is Outcome.IN_DOUBT
    locked_out.close()
