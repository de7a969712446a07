"""The providers' way in: the same answers as through all middleware, without asking any of it."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.conf import settings as configured
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.test import Client
from django.utils import translation
from pytest_django import Settings
from twilio.request_validator import RequestValidator

from notify.channels.signals import status_reported, text_received
from notify.channels.sms.elks import callback_url

PUBLIC = "https://drift.example.se"
TOKEN = "the-token"
FORM = "application/x-www-form-urlencoded"
STATUS = "/sms/status?ref=d7"
SID = "SM" + "0a" * 16
DELIVERED = {"MessageSid": SID, "MessageStatus": "delivered"}
TEXT = {"MessageSid": SID, "From": "+46701740610", "Body": "Hej"}
ELKS = {"id": "s" + "0a" * 16, "status": "delivered"}

Answer = Callable[[HttpRequest], HttpResponseBase]


@pytest.fixture(autouse=True)
def _nobody_listens(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setattr(status_reported, "receivers", [])
    monkeypatch.setattr(text_received, "receivers", [])
    settings.TWILIO_AUTH_TOKEN = TOKEN
    settings.PUBLIC_URL = PUBLIC


def signed(path: str, fields: dict[str, str]) -> dict[str, str]:
    return {"X-Twilio-Signature": RequestValidator(TOKEN).compute_signature(PUBLIC + path, fields)}


Ask = Callable[[Client], HttpResponseBase]


def posting(path: str, fields: dict[str, str], **headers: str) -> Ask:
    """Post a form that Twilio has signed, unless ``headers`` say otherwise."""
    return lambda client: client.post(
        path, urlencode(fields), content_type=FORM, headers=signed(path, fields) | headers
    )


def posting_raw(path: str, body: bytes, content_type: str) -> Ask:
    headers = {"X-Twilio-Signature": "nonsense"}
    return lambda client: client.post(path, body, content_type=content_type, headers=headers)


def by_elks(**changes: str) -> Ask:
    def ask(client: Client) -> HttpResponseBase:
        path = callback_url("d7").removeprefix(PUBLIC)
        return client.post(path, urlencode(ELKS | changes), content_type=FORM)

    return ask


REQUESTS: dict[str, Ask] = {
    "a status": posting(STATUS, DELIVERED),
    "an unknown status": posting(STATUS, DELIVERED | {"MessageStatus": "teleported"}),
    "a mistake in English": posting(STATUS, {"a": "b"}, **{"Accept-Language": "en"}),
    "a mistake in Swedish": posting(STATUS, {"a": "b"}, **{"Accept-Language": "sv"}),
    "a status without a field": posting(STATUS, {"MessageSid": SID}),
    "a status without our reference": posting("/sms/status", DELIVERED),
    "a status with U+0000 for a sid": posting(STATUS, DELIVERED | {"MessageSid": "\0"}),
    "no signature": posting(STATUS, DELIVERED, **{"X-Twilio-Signature": ""}),
    "a wrong signature": posting(STATUS, DELIVERED, **{"X-Twilio-Signature": "wrong"}),
    "a signature beyond ASCII": posting(STATUS, DELIVERED, **{"X-Twilio-Signature": "å"}),
    "another's host": posting(STATUS, DELIVERED, Host="localhost"),
    "a form too large": posting_raw(STATUS, b"a=" + b"x" * 40_000, FORM),
    "too many fields": posting_raw(STATUS, b"&".join(b"a%d=1" % n for n in range(3000)), FORM),
    "bytes that are no text": posting_raw(STATUS, b"%ff=%ff&\xff\xfe", FORM),
    "JSON": posting_raw(STATUS, b"{", "application/json"),
    "a form in parts": posting_raw(STATUS, b"--nonsense", "multipart/form-data; boundary=x"),
    "a text": posting("/sms/inbound", TEXT),
    "a text without a field": posting("/sms/inbound", {"From": "+46701740610"}),
    "a status of 46elks": by_elks(),
    "a status of 46elks without a field": by_elks(id=""),
    "a status of 46elks without the key": lambda client: client.post("/sms/elks/status?ref=d7"),
    "a GET": lambda client: client.get(STATUS),
    "a HEAD": lambda client: client.head(STATUS),
    "a PUT": lambda client: client.put(STATUS),
    "OPTIONS": lambda client: client.options(STATUS),
    "an address that nobody has": lambda client: client.post("/sms/nowhere"),
    "no address": lambda client: client.post("/sms/"),
    "an address that goes on": lambda client: client.post("/sms/status/"),
}

TOLD = ("Allow", "Content-Length", "Content-Type", "Location")


def seen(answer: HttpResponseBase) -> tuple[int, bytes, dict[str, str | None]]:
    """What a provider makes of an answer."""
    # Nothing has no length; through the middleware it is said to be 0.
    told = {name: answer.headers.get(name) for name in TOLD if answer.getvalue()}
    return answer.status_code, answer.getvalue(), told


@pytest.mark.parametrize("name", REQUESTS)
def test_the_answer_is_the_one_that_all_middleware_would_let_pass(
    settings: Settings, name: str
) -> None:
    first, *others = configured.MIDDLEWARE
    assert first == "config.webhooks.straight_to_webhooks"
    straight = seen(REQUESTS[name](Client(enforce_csrf_checks=True)))

    settings.MIDDLEWARE = others

    assert straight == seen(REQUESTS[name](Client(enforce_csrf_checks=True)))


def test_the_table_holds_every_kind_of_answer() -> None:
    statuses = {ask(Client()).status_code for ask in REQUESTS.values()}

    assert statuses == {200, 204, 400, 403, 404, 405, 413}


def asked(get_response: Answer) -> Answer:
    """Middleware that says that it was asked."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        answer = get_response(request)
        answer.headers["Asked"] = "yes"
        return answer

    return middleware


@pytest.mark.parametrize(
    ("path", "others"),
    [
        (STATUS, False),
        ("/sms/inbound", False),
        ("/sms/elks/status", False),
        ("/sms/nowhere", True),
        ("/smss/status", True),
        ("/healthz", True),
    ],
)
def test_only_a_webhook_is_asked_before_the_others(
    settings: Settings, path: str, *, others: bool
) -> None:
    settings.MIDDLEWARE = [configured.MIDDLEWARE[0], f"{__name__}.asked"]

    assert Client().post(path).headers.get("Asked") == ("yes" if others else None)


def test_a_proxy_that_hides_the_protocol_keeps_no_callback_away(settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True

    assert REQUESTS["a status"](Client()).status_code == 204


def test_the_language_is_the_askers_whatever_was_spoken_before() -> None:
    with translation.override("en"):
        answer = REQUESTS["a mistake in Swedish"](Client())
        assert translation.get_language() == "en"

    assert answer.headers["Content-Language"] == "sv"
    assert answer.getvalue().decode() == "Statusen måste ha ref, MessageSid och MessageStatus.\n"


def test_a_failure_of_ours_is_answered_with_500_so_that_the_provider_comes_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(**_kwargs: object) -> None:
        raise RuntimeError("the database is away")

    monkeypatch.setattr(status_reported, "send", fail)

    assert REQUESTS["a status"](Client(raise_request_exception=False)).status_code == 500
