"""CAP by the API: who may, what is answered, and that nothing goes wrong with a 500."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django import Settings
from rest_framework.test import APIClient

from notify.alerts.models import Alert
from notify.api.models import Scope
from notify.intake.models import Message
from tests import given
from tests.api.calls import calling_with
from tests.api.conftest import NewKey
from tests.intake.documents import SENDER, after, cap, info, xml

pytestmark = pytest.mark.django_db
TYPE = "application/cap+xml"


@pytest.fixture(autouse=True)
def _city(db: None) -> None:
    given.city()
    given.service()


@pytest.fixture
def trust(settings: Settings) -> None:
    """The sender is trusted with keys of the user in whose name the tests call."""
    settings.CAP_TRUSTED_SENDERS = frozenset({(SENDER, "vattenverket")})


def post(caller: Any, message: dict[str, Any] | bytes, kind: str = TYPE, **headers: str) -> Any:
    body = message if isinstance(message, bytes) else xml(message)
    return caller.generic("POST", "/api/v1/cap/", body, content_type=kind, headers=headers)


def test_a_message_becomes_a_draft_and_the_answer_says_where_and_how(system: APIClient) -> None:
    message = cap()
    answer = post(system, message)
    alert = Alert.objects.get()
    assert answer.status_code == 201
    assert answer["Location"] == f"/api/v1/alerts/{alert.code}/"
    assert answer.json() == {
        "sender": SENDER,
        "identifier": message["identifier"],
        "sent": message["sent"],
        "outcome": "drafted",
        "alert": alert.code,
        "published": None,
        "areas": [{"code": "1490TB121", "name": "Äspered", "by": "geocode", "said": "Äspered"}],
        "remarks": [],
    }


def test_the_same_again_gets_the_same_answer(system: APIClient, trust: None) -> None:
    message = cap()
    first, again = post(system, message), post(system, message)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["published"]
    assert Message.objects.count() == 1


@pytest.mark.usefixtures("trust")
def test_only_a_trusted_sender_by_its_own_users_key_with_the_scope_is_published(
    system: APIClient, new_key: NewKey
) -> None:
    other = User.objects.create_superuser("varmeverket")
    strangers = [
        (system, {"sender": "another.example.se"}),
        (calling_with(new_key(Scope.WRITE)), {}),
        (calling_with(new_key(user=other)), {}),
    ]
    for caller, changes in strangers:
        assert post(caller, cap(**changes)).json()["outcome"] == "drafted"
    assert post(system, cap()).json()["outcome"] == "published"


def test_what_waits_for_an_editor_is_accepted(
    system: APIClient, new_key: NewKey, trust: None
) -> None:
    first = cap()
    post(system, first)
    answer = post(calling_with(new_key(Scope.WRITE)), after(first, info(headline="Nytt")))
    assert (answer.status_code, answer.json()["outcome"]) == (202, "waiting")
    assert answer.json()["remarks"]


@pytest.mark.parametrize("kind", [TYPE, "application/xml", "text/xml; charset=utf-8"])
def test_it_may_be_called_by_any_name_of_xml(system: APIClient, kind: str) -> None:
    assert post(system, cap(), kind).status_code == 201


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"", TYPE, 400),
        (b"", "", 400),
        (b"<alert/>", TYPE, 400),
        (b"\x00\xff\xfe<", TYPE, 400),
        (xml(cap(info(severity="Bad"))), TYPE, 422),
        (xml(cap(status="Test")), TYPE, 422),
        (b"{}", "application/json", 415),
        (b"a=b", "application/x-www-form-urlencoded", 415),
        (b"<a>" + b" " * 10_000_000, TYPE, 413),
    ],
)
def test_what_is_wrong_is_a_problem_document(
    system: APIClient, body: bytes, kind: str, status: int
) -> None:
    answer = post(system, body, kind)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("language", "says"),
    [
        (
            "sv",
            "Rad 14: <severity> måste vara något av: Extreme, Severe, Moderate, Minor, Unknown.",
        ),
        ("en", "Line 14: <severity> must be one of: Extreme, Severe, Moderate, Minor, Unknown."),
    ],
)
def test_each_fault_has_its_line_and_a_sentence_in_the_callers_language(
    system: APIClient, language: str, says: str
) -> None:
    answer = post(system, xml(cap(info(severity="Bad"))), **{"Accept-Language": language})
    assert answer.json()["errors"] == [{"field": "severity", "message": says}]


def test_remarks_are_in_the_callers_language(system: APIClient) -> None:
    message = cap(info(headline=None))
    said = {
        language: post(system, message, **{"Accept-Language": language}).json()["remarks"]
        for language in ("sv", "en")
    }
    assert said == {
        "sv": ["Rubriken saknas: händelsen (event) står i dess ställe."],
        "en": ["There is no headline: the event stands in its place."],
    }
