from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from twilio.request_validator import RequestValidator

from notify.channels.base import Outcome, Receipt, Recipient
from notify.channels.signals import status_reported, text_received
from notify.channels.sms.channel import SmsChannel
from tests.channels.notices import notice
from tests.simulator_fixture import Simulator, wait_until

TOKEN = "the-token"
PUBLIC = "https://drift.example.se"
PHONE = "+46701740610"
SID = "SM" + "0a" * 16
STATUS = {"MessageSid": SID, "MessageStatus": "delivered", "To": PHONE, "AccountSid": "AC1"}
INBOUND = {"MessageSid": SID, "From": PHONE, "To": "+46701740699", "Body": "Stopp"}
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def _account(settings: Settings) -> None:
    settings.TWILIO_AUTH_TOKEN = TOKEN
    settings.PUBLIC_URL = PUBLIC


@pytest.fixture(autouse=True)
def _nobody_else_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests are about what is announced: what others make of it is theirs to test."""
    monkeypatch.setattr(status_reported, "receivers", [])
    monkeypatch.setattr(text_received, "receivers", [])


@pytest.fixture
def reported() -> list[Receipt]:
    """What the status webhook announced."""
    heard: list[Receipt] = []

    def hear(*, reference: str, receipt: Receipt, **_kwargs: object) -> None:
        assert reference == receipt.reference
        heard.append(receipt)

    status_reported.connect(hear, weak=False)
    return heard


@pytest.fixture
def received() -> list[dict[str, Any]]:
    """What the inbound webhook announced."""
    heard: list[dict[str, Any]] = []

    def hear(*, signal: object, sender: object, **words: Any) -> None:
        heard.append(words)

    text_received.connect(hear, weak=False)
    return heard


def post(
    path: str, fields: dict[str, str], *, token: str = TOKEN, url: str = "", **headers: str
) -> HttpResponse:
    """Post a form as the provider does, signed for the public address."""
    signature = RequestValidator(token).compute_signature(url or PUBLIC + path, fields)
    sent = {"X-Twilio-Signature": signature} | headers
    answer = Client(enforce_csrf_checks=True).post(
        path, urlencode(fields), content_type=FORM, headers=sent
    )
    assert isinstance(answer, HttpResponse)
    return answer


def post_status(reference: str = "d7", **fields: str) -> HttpResponse:
    return post(f"{reverse('sms:status')}?ref={reference}", STATUS | fields)


def post_text(**fields: str) -> HttpResponse:
    return post(reverse("sms:inbound"), INBOUND | fields)


# --- status -----------------------------------------------------------------------------------


def test_a_delivery_is_reported_under_our_reference(reported: list[Receipt]) -> None:
    answer = post_status()
    assert (answer.status_code, answer.content) == (204, b"")
    assert reported == [Receipt("d7", Outcome.DELIVERED, provider="twilio", provider_id=SID)]


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        *((word, Outcome.ACCEPTED) for word in ("accepted", "scheduled", "queued", "sending")),
        ("sent", Outcome.ACCEPTED),
        ("delivered", Outcome.DELIVERED),
        ("read", Outcome.DELIVERED),
        ("undelivered", Outcome.FAILED),
        ("failed", Outcome.FAILED),
        ("canceled", Outcome.FAILED),
    ],
)
def test_each_status_has_its_outcome(
    reported: list[Receipt], status: str, outcome: Outcome
) -> None:
    assert post_status(MessageStatus=status).status_code == 204
    assert [receipt.outcome for receipt in reported] == [outcome]


def test_a_failure_says_why(reported: list[Receipt]) -> None:
    post_status(MessageStatus="undelivered", ErrorCode="30003")
    assert [(one.error, one.opted_out) for one in reported] == [("30003", False)]


def test_a_failure_because_the_person_stopped_us_says_so(reported: list[Receipt]) -> None:
    post_status(MessageStatus="failed", ErrorCode="21610")
    assert [one.opted_out for one in reported] == [True]


def test_an_unknown_status_is_taken_as_news_that_it_is_there(reported: list[Receipt]) -> None:
    assert post_status(MessageStatus="teleported").status_code == 204
    assert [receipt.outcome for receipt in reported] == [Outcome.ACCEPTED]


@pytest.mark.parametrize("code", ["", "abc", "9" * 40, "-1"])
def test_an_odd_error_code_is_left_out(reported: list[Receipt], code: str) -> None:
    assert post_status(MessageStatus="failed", ErrorCode=code).status_code == 204
    assert [receipt.error for receipt in reported] == [""]


@pytest.mark.parametrize(
    "fields", [{"MessageSid": ""}, {"MessageSid": "nonsense"}, {"MessageStatus": ""}]
)
def test_a_status_without_its_fields_is_refused_with_a_sentence(
    reported: list[Receipt], fields: dict[str, str]
) -> None:
    answer = post_status(**fields)
    assert answer.status_code == 400
    assert "MessageSid" in answer.content.decode()
    assert reported == []


@pytest.mark.parametrize("reference", ["", "d" * 65])
def test_a_status_without_our_reference_is_refused(reported: list[Receipt], reference: str) -> None:
    assert post_status(reference).status_code == 400
    assert reported == []


# --- who may say so ---------------------------------------------------------------------------

PATHS = [("sms:status", STATUS), ("sms:inbound", INBOUND)]


@pytest.mark.parametrize(("name", "fields"), PATHS)
def test_without_a_signature_nothing_is_believed(
    reported: list[Receipt],
    received: list[dict[str, Any]],
    name: str,
    fields: dict[str, str],
) -> None:
    answer = Client().post(f"{reverse(name)}?ref=d7", urlencode(fields), content_type=FORM)
    assert answer.status_code == 403
    assert answer.content.decode().strip()
    assert reported == []
    assert received == []


@pytest.mark.parametrize(("name", "fields"), PATHS)
@pytest.mark.parametrize("signature", ["", "nonsense", "å", "A" * 10_000])
def test_a_wrong_signature_is_not_believed(
    received: list[dict[str, Any]], name: str, fields: dict[str, str], signature: str
) -> None:
    path = reverse(name)
    answer = post(path, fields, **{"X-Twilio-Signature": signature})
    assert answer.status_code == 403
    assert received == []


def test_another_accounts_signature_is_not_believed(reported: list[Receipt]) -> None:
    answer = post(f"{reverse('sms:status')}?ref=d7", STATUS, token="another")
    assert answer.status_code == 403
    assert reported == []


def test_a_signature_holds_for_its_own_reference_only(reported: list[Receipt]) -> None:
    path = reverse("sms:status")
    answer = post(f"{path}?ref=d8", STATUS, url=f"{PUBLIC}{path}?ref=d7")
    assert answer.status_code == 403
    assert reported == []


def test_the_signature_is_for_the_public_address_whatever_the_proxy_calls_us(
    reported: list[Receipt],
) -> None:
    path = f"{reverse('sms:status')}?ref=d7"
    assert post(path, STATUS, Host="localhost").status_code == 204
    assert post(path, STATUS, url=f"http://localhost{path}", Host="localhost").status_code == 403


@pytest.mark.parametrize(("port", "status"), [(":443", 204), (":444", 403)])
def test_the_provider_may_sign_with_the_port_that_goes_without_saying(
    reported: list[Receipt], port: str, status: int
) -> None:
    path = f"{reverse('sms:status')}?ref=d7"
    assert post(path, STATUS, url=f"{PUBLIC}{port}{path}").status_code == status


@pytest.mark.parametrize("name", ["sms:status", "sms:inbound"])
def test_only_a_post_is_answered(name: str) -> None:
    assert Client().get(reverse(name)).status_code == 405


@pytest.mark.parametrize("name", ["sms:status", "sms:inbound"])
@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/json", b"{", 400),
        ("multipart/form-data; boundary=x", b"--nonsense", 400),
        ("multipart/form-data", b"", 400),
        ("text/plain", b"\xff", 400),
        (FORM, b"a=" + b"x" * 40_000, 413),
        (FORM, b"&".join(b"a%d=1" % number for number in range(3000)), 400),
        (FORM, b"%ff=%ff&\xff\xfe", 403),
    ],
)
def test_a_form_that_cannot_be_read_gets_a_sentence(
    name: str, content_type: str, body: bytes, status: int
) -> None:
    headers = {"X-Twilio-Signature": "nonsense"}
    answer = Client().post(reverse(name), body, content_type=content_type, headers=headers)
    assert answer.status_code == status
    assert answer.content.decode().strip().endswith(".")


# --- inbound ----------------------------------------------------------------------------------


def test_what_a_person_writes_is_announced(received: list[dict[str, Any]]) -> None:
    answer = post_text()
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/xml; charset=utf-8"
    assert answer.content.decode().endswith("<Response/>")
    assert received == [{"address": PHONE, "body": "Stopp", "provider_id": SID, "answered": False}]


@pytest.mark.parametrize(
    ("fields", "answered"),
    [
        ({"Body": " stop "}, True),
        ({"Body": "END"}, True),
        ({"Body": "Start"}, True),
        ({"Body": "UNSTOP"}, True),
        ({"Body": "start it"}, False),
        ({"Body": "Stoppa", "OptOutType": "STOP"}, True),
        ({"Body": "stop it"}, False),
        ({"Body": "info"}, False),
        ({"Body": ""}, False),
    ],
)
def test_it_says_whether_the_provider_has_answered(
    received: list[dict[str, Any]], fields: dict[str, str], answered: bool
) -> None:
    post_text(**fields)
    assert [words["answered"] for words in received] == [answered]


def test_signs_of_every_kind_arrive_whole(received: list[dict[str, Any]]) -> None:
    post_text(Body="Tack & hej – 😀 +1")
    assert [words["body"] for words in received] == ["Tack & hej – 😀 +1"]


def test_signs_that_no_phone_writes_are_left_out(received: list[dict[str, Any]]) -> None:
    assert post_text(Body="ST\0OPP\x1b nu\n\ttack").status_code == 200
    assert [words["body"] for words in received] == ["STOPP nu\n\ttack"]


@pytest.mark.parametrize("fields", [{"From": ""}, {"MessageSid": "x"}])
def test_a_text_without_its_fields_is_refused(
    received: list[dict[str, Any]], fields: dict[str, str]
) -> None:
    assert post_text(**fields).status_code == 400
    assert received == []


@pytest.mark.parametrize("sender", ["Telia", "71120", "whatsapp:+46701740610"])
def test_what_is_no_phone_is_not_listened_to(received: list[dict[str, Any]], sender: str) -> None:
    assert post_text(From=sender).status_code == 200
    assert received == []


def test_logs_hold_neither_number_nor_words(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    post_text(Body="hemligt")
    post_text(Body="hemligt", From="Telia")
    post_status(MessageStatus="hemligt")
    post_status(MessageSid="")
    assert "hemligt" not in caplog.text
    assert PHONE[3:] not in caplog.text


# --- the whole way ----------------------------------------------------------------------------


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's own name
        """Write nothing between the tests' dots."""


@pytest.fixture
def web() -> Iterator[str]:
    """The site on a port of its own. It keeps no connection, so none outlives the test."""
    with make_server("127.0.0.1", 0, WSGIHandler(), handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_the_providers_own_callbacks_come_through(
    sms: SmsChannel, web: str, settings: Settings, reported: list[Receipt]
) -> None:
    settings.PUBLIC_URL = web
    [receipt] = sms.send(notice(), [Recipient(PHONE, "d7", "sv")])
    wait_until(
        lambda: any(one.outcome is Outcome.DELIVERED for one in reported), "the delivery's callback"
    )
    assert {(one.reference, one.provider_id) for one in reported} == {("d7", receipt.provider_id)}


def test_what_is_written_on_a_phone_comes_through(
    account: Simulator, web: str, settings: Settings, received: list[dict[str, Any]]
) -> None:
    settings.PUBLIC_URL = web
    account.set_inbound_url(web + reverse("sms:inbound"))
    account.reply(PHONE, "Tack!")
    assert [(words["address"], words["body"]) for words in received] == [(PHONE, "Tack!")]
