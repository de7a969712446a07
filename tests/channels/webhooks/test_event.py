"""What a receiving system is told: the documented shape, and nothing of any person."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime

from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from notify.channels.notice import Advice, Words
from notify.channels.webhooks.event import event, trial
from tests.channels.notices import FRISTAD, ÄSPERED, all_clear_of, cancel_of, notice, update_of

SENT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def test_the_document_has_the_specifications_three_fields_and_the_alert_by_the_apis_names() -> None:
    told = notice(
        sent=SENT,
        expires=None,
        places=(ÄSPERED, FRISTAD),
        advice=(Advice("drink", "boil", {"sv": "Koka vattnet.", "en": "Boil the water."}),),
        help_at=("Äspereds skola",),
        question={"sv": "Saknar du fortfarande vatten?"},
    )
    said = json.loads(event(told).body)
    assert list(said) == ["type", "timestamp", "data"]
    assert said["type"] == "alert.published"
    assert said["timestamp"] == "2026-11-23T10:30:00+01:00"
    assert said["data"] == {
        "code": told.alert,
        "state": "active",
        "url": told.url,
        "identifier": told.update,
        "number": 1,
        "message_type": "Alert",
        "response_type": "",
        "sent": "2026-11-23T10:30:00+01:00",
        "service": "water",
        "service_names": {"sv": "Dricksvatten", "en": "Drinking water"},
        "severity": "Severe",
        "urgency": "Immediate",
        "certainty": "Observed",
        "onset": "2026-11-23T10:30:00+01:00",
        "expires": None,
        "words": {
            "sv": {
                "headline": "Vattenavbrott i Äspered",
                "description": "En vattenledning har gått sönder vid skolan.",
                "instruction": "Hämta vatten vid tankbilen på skolgården.",
            },
            "en": {
                "headline": "Water outage in Äspered",
                "description": "A water main has burst by the school.",
                "instruction": "Fetch water from the tanker in the school yard.",
            },
        },
        "advice": {"drink": "boil"},
        "advice_words": {"drink": {"sv": "Koka vattnet.", "en": "Boil the water."}},
        "help_at": ["Äspereds skola"],
        "areas": ["1490TB121", "1490TB108"],
        "places": [
            {"code": "1490TB121", "name": "Äspered"},
            {"code": "1490TB108", "name": "Fristad"},
        ],
        "publisher": "Borås stad",
    }


def test_its_id_names_the_update_and_not_the_try() -> None:
    told = notice()
    first, again = event(told), event(told)
    assert first == again
    assert first.message == f"msg_{uuid.UUID(told.update).hex}"
    assert event(update_of(told)).message != first.message


def test_how_it_ends_is_its_type_and_its_state() -> None:
    told = notice()
    for news, kind, state in (
        (update_of(told), "alert.updated", "active"),
        (all_clear_of(told), "alert.resolved", "resolved"),
        (cancel_of(told), "alert.cancelled", "cancelled"),
    ):
        made = event(news)
        assert made.kind == json.loads(made.body)["type"] == kind
        assert json.loads(made.body)["data"]["state"] == state


def test_times_are_the_sites_and_say_their_offset() -> None:
    said = json.loads(event(notice()).body)
    assert datetime.fromisoformat(said["timestamp"]).utcoffset() == timezone.localtime().utcoffset()


@settings(max_examples=40)
@given(st.text())
def test_whatever_somebody_wrote_it_is_a_document_that_can_be_read(text: str) -> None:
    told = notice(words={"sv": Words("Rubrik", text, text)}, help_at=(text,))
    said = json.loads(event(told).body.decode("utf-8"))
    assert said["data"]["words"]["sv"]["headline"] == "Rubrik"
    assert "\x00" not in said["data"]["words"]["sv"]["description"]


def test_a_test_tells_of_nothing_and_has_an_id_of_its_own() -> None:
    first, second = trial("Intranätet"), trial("Intranätet")
    assert first.message != second.message
    assert (first.kind, first.alert) == ("test", "")
    said = json.loads(first.body)
    assert (said["type"], said["data"]) == ("test", {"name": "Intranätet"})
