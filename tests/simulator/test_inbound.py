"""What people write, Twilio's own keywords, and the webhook that hears of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from notify.simulator.callbacks import Answer
from notify.simulator.inbound import reply_texts
from tests.simulator.conftest import PHONE, SENDER
from tests.simulator.receiver import Receiver
from tests.simulator_fixture import ACCOUNT_SID, ControlRefused, Simulator

Send = Callable[..., Any]


def test_a_reply_reaches_the_webhook_signed_with_twilios_fields(
    send: Send, receiver: Receiver, simulator: Simulator
) -> None:
    simulator.set_inbound_url(f"{receiver.url}/sms/inbound?key=1")
    send()
    answered = simulator.reply(PHONE, "Tack – hälsningar från Äspered")
    [webhook] = receiver.received
    assert webhook.is_signed()
    assert webhook.url.endswith("/sms/inbound?key=1")
    assert answered["webhook_status"] == 204
    expected = {
        "From": PHONE,
        "To": SENDER,
        "Body": "Tack – hälsningar från Äspered",
        "AccountSid": ACCOUNT_SID,
        "NumSegments": "1",
        "NumMedia": "0",
        "SmsStatus": "received",
        "MessageSid": answered["message"]["sid"],
    }
    assert expected.items() <= webhook.form.items()
    assert "OptOutType" not in webhook.form


def test_twiml_in_the_answer_reaches_the_phone(
    send: Send, receiver: Receiver, simulator: Simulator
) -> None:
    simulator.set_inbound_url(receiver.url)
    twiml = "<Response><Message>Du är avanmäld.</Message><Message><Body>Hej då</Body></Message></Response>"
    receiver.answers = [(200, "text/xml", twiml)]
    simulator.reply(PHONE, "STOPP")
    assert simulator.texts_to(PHONE) == ["Du är avanmäld.", "Hej då"]
    assert send().status == "queued", "STOPP is Swedish and not Twilio's word"


@pytest.mark.parametrize(
    "word", ["STOP", "stop", " Stopall ", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"]
)
def test_stop_words_close_the_number_and_start_opens_it(
    send: Send, receiver: Receiver, simulator: Simulator, word: str
) -> None:
    simulator.set_inbound_url(receiver.url)
    send()
    simulator.reply(PHONE, word)
    assert receiver.received[0].form["OptOutType"] == "STOP"
    assert "START" in simulator.texts_to(PHONE)[-1], "Twilio's own answer is on the phone"
    with pytest.raises(TwilioRestException) as refused:
        send()
    assert (refused.value.status, refused.value.code) == (400, 21610)
    assert send(from_="+46701740606").status == "queued", "the block is on the sender's number"
    simulator.reply(PHONE, "start", to=SENDER)
    assert receiver.received[1].form["OptOutType"] == "START"
    assert send().status == "queued"


def test_who_stops_the_accounts_number_stops_its_messaging_service(
    send: Send, simulator: Simulator
) -> None:
    simulator.reply(PHONE, "STOP", to=simulator.number)
    with pytest.raises(TwilioRestException) as refused:
        send(from_=None, messaging_service_sid="MG" + "7" * 32)
    assert refused.value.code == 21610


def test_a_sentence_with_stop_in_it_stops_nothing(send: Send, simulator: Simulator) -> None:
    simulator.reply(PHONE, "Stop sending, please")
    assert send().status == "queued"


def test_the_services_own_words_do_not_reach_a_phone_that_said_stop(
    receiver: Receiver, simulator: Simulator
) -> None:
    simulator.set_inbound_url(receiver.url)
    receiver.answers = [(200, "text/xml", "<Response><Message>Hej då</Message></Response>")]
    simulator.reply(PHONE, "STOP")
    assert len(simulator.texts_to(PHONE)) == 1


def test_help_gets_twilios_help(receiver: Receiver, simulator: Simulator) -> None:
    simulator.set_inbound_url(receiver.url)
    simulator.reply(PHONE, "help")
    assert receiver.received[0].form["OptOutType"] == "HELP"
    assert len(simulator.texts_to(PHONE)) == 1


def test_nobody_can_reply_to_a_name_but_can_write_to_a_number(
    send: Send, receiver: Receiver, simulator: Simulator
) -> None:
    send(from_="Boras")
    with pytest.raises(ControlRefused, match="is a name"):
        simulator.reply(PHONE, "Hej")
    simulator.set_inbound_url(receiver.url)
    simulator.reply(PHONE, "Hej", to="+46701740607")
    assert receiver.received[0].form["To"] == "+46701740607"


@pytest.mark.parametrize("text", ["", "   ", "x" * 1601])
def test_an_empty_or_endless_text_cannot_be_written(simulator: Simulator, text: str) -> None:
    with pytest.raises(ControlRefused, match="400"):
        simulator.reply(PHONE, text)
    assert simulator.ledger() == []


def test_half_a_character_does_not_break_the_line(receiver: Receiver, simulator: Simulator) -> None:
    simulator.set_inbound_url(receiver.url)
    assert simulator.reply(PHONE, "Hej \ud83d")["webhook_status"] == 204
    assert receiver.received[0].form["Body"] == "Hej ?"


def test_without_an_address_a_reply_is_kept_and_says_so(simulator: Simulator) -> None:
    answered = simulator.reply(PHONE, "Hej")
    assert answered["webhook_status"] is None
    assert answered["message"]["note"] == "no_webhook"


def test_a_webhook_that_refuses_or_talks_nonsense_is_noted(
    receiver: Receiver, simulator: Simulator
) -> None:
    simulator.set_inbound_url(receiver.url)
    receiver.answers = [(403, "text/plain", "no"), (200, "text/xml", "<Response><Message>")]
    assert simulator.reply(PHONE, "Hej")["message"]["note"] == "webhook_403"
    assert simulator.reply(PHONE, "Hej")["webhook_status"] == 200
    assert [fault["code"] for fault in simulator.stats()["debugger"]] == [11200, 12100]
    assert simulator.texts_to(PHONE) == []


@pytest.mark.parametrize(
    ("content_type", "body", "texts"),
    [
        ("text/xml", "<Response/>", []),
        ("text/xml", "", []),
        ("text/plain", "Hej", ["Hej"]),
        ("text/xml", "<Response><Message> </Message></Response>", []),
        ("text/xml", '<?xml version="1.0"?><Response><Message>å</Message></Response>', ["å"]),
    ],
)
def test_an_answer_holds_any_number_of_messages(
    content_type: str, body: str, texts: list[str]
) -> None:
    assert reply_texts(Answer(200, content_type, body)) == texts


@pytest.mark.parametrize(
    "body", ["<Html/>", "<Response>", '<!DOCTYPE x [<!ENTITY a "b">]><Response/>']
)
def test_an_answer_that_is_not_twiml_raises(body: str) -> None:
    with pytest.raises(ValueError, match="TwiML"):
        reply_texts(Answer(200, "text/xml", body))
