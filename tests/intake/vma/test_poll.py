"""Warnings become drafts for the editors: those of ours, once, and politely."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from notify.alerts.models import Alert
from notify.intake.models import Message, Origin, Outcome, Poll
from notify.intake.vma import poll as polling
from notify.intake.vma.client import Answer
from notify.intake.vma.poll import SELDOM, poll
from tests import given
from tests.console.world import published
from tests.intake.vma.server import ALERT, OVER, Radio, about, of, radio

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 26, 11, 0, tzinfo=UTC)
SOLNA = {"areaDesc": "Solna kommun", "geocode": [{"valueName": "Kommun", "value": "0184"}]}
COUNTY = {"areaDesc": "Västra Götalands län", "geocode": [{"valueName": "Län", "value": "14"}]}
UPDATE = of(
    identifier="SRCAP20261126093000I",
    msgType="Update",
    sent="2026-11-26T09:30:00+01:00",
    references=OVER["references"],
    info=about(description="Röken driver norrut."),
)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as travelling:
        yield travelling


@pytest.fixture
def sr(settings: Settings) -> Iterator[Radio]:
    """Sveriges Radio, here, asked by us."""
    given.city()
    given.service("warnings")
    with radio() as running:
        settings.VMA_URL, settings.VMA_SERVICE, settings.VMA_POLL = running.url, "warnings", 60
        yield running


def hear(sr: Radio, *alerts: Any) -> list[str]:
    """Ask now, whatever the time; what became of the messages that it knows by then."""
    sr.alerts = list(alerts)
    Poll.objects.update(due_at=NOW)
    poll()
    return list(Message.objects.order_by("pk").values_list("outcome", flat=True))


def test_a_warning_becomes_a_draft_with_its_words_and_its_sender(sr: Radio) -> None:
    assert hear(sr, ALERT) == [Outcome.DRAFTED]
    alert, message = Alert.objects.get(), Message.objects.get()
    assert (alert.state, alert.service.slug, alert.author) == ("draft", "warnings", None)
    assert alert.words["sv"] == {
        "headline": "Viktigt meddelande till allmänheten (VMA)",
        "description": "Viktigt meddelande till allmänheten i Borås.\n\nGå inomhus och stäng fönster.",
        "instruction": "",
    }
    assert alert.words["en"]["description"] == "Go indoors and close the windows."
    assert [area.name for area in alert.areas.all()] == ["Borås"]
    assert (message.origin, message.sender_name) == (Origin.VMA, "Sveriges Radio")
    assert message.said[0]["web"] == "https://sverigesradio.se/artikel/vma-vad-ar-det"


def test_each_is_taken_in_once_however_often_it_is_listed(sr: Radio) -> None:
    hear(sr, ALERT)
    assert hear(sr, ALERT, ALERT) == [Outcome.DRAFTED]
    assert Alert.objects.count() == 1


@pytest.mark.parametrize(
    "other",
    [
        of(info=about(SOLNA)),
        of(info=about({"areaDesc": "Hela världen"})),
        of(status="Exercise"),
        of(status="Test"),
        of(scope="Restricted"),
        OVER,
        {**UPDATE, "msgType": "Cancel"},
    ],
)
def test_what_does_not_concern_us_is_passed_by(
    sr: Radio, other: Any, caplog: pytest.LogCaptureFixture
) -> None:
    assert hear(sr, other) == []
    assert not caplog.messages


def test_a_warning_for_the_county_is_one_for_us(sr: Radio) -> None:
    assert hear(sr, of(info=about(SOLNA, COUNTY))) == [Outcome.DRAFTED]
    assert [area.name for area in Alert.objects.get().areas.all()] == ["Borås"]


def test_an_update_changes_the_draft_and_the_end_discards_it(sr: Radio) -> None:
    # Newest first, as it lists them.
    assert hear(sr, UPDATE, ALERT) == [Outcome.DRAFTED, Outcome.REVISED]
    assert Alert.objects.get().word("description", "sv") == "Röken driver norrut."
    assert hear(sr, OVER, UPDATE, ALERT)[-1] == Outcome.DISCARDED
    assert not Alert.objects.exists()


def test_an_update_that_is_about_others_only_is_laid_before_the_editors(sr: Radio) -> None:
    assert hear(sr, ALERT, {**UPDATE, "info": about(SOLNA)})[-1] == Outcome.WAITING


def test_what_an_editor_has_published_is_theirs_to_end(sr: Radio) -> None:
    hear(sr, ALERT)
    published(Alert.objects.get())
    assert hear(sr, OVER, ALERT) == [Outcome.DRAFTED, Outcome.WAITING]
    assert Message.objects.latest("pk").waits
    assert Alert.objects.get().state == "active"


def test_it_is_asked_no_sooner_than_it_is_time_and_never_by_two_at_once(
    sr: Radio, clock: Any
) -> None:
    poll()
    poll()
    assert len(sr.asked) == 1
    clock.shift(timedelta(seconds=59))
    poll()
    assert len(sr.asked) == 1
    clock.shift(timedelta(seconds=1))
    poll()
    assert len(sr.asked) == 2


def test_while_one_asks_another_does_not(sr: Radio, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def asks_and_is_rung_for_again(*_given: object, **_known: object) -> Answer:
        asked.append(1)
        poll()
        return Answer(None)

    monkeypatch.setattr(polling, "ask", asks_and_is_rung_for_again)
    poll()
    assert asked == [1]


def test_what_has_not_changed_is_not_read_again(sr: Radio) -> None:
    sr.headers = {"ETag": '"a"'}
    hear(sr, ALERT)
    Message.objects.all().delete()
    assert hear(sr, ALERT) == []
    assert [asked.get("If-None-Match") for asked in sr.asked] == [None, '"a"']


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ({"status": 503}, "HTTP 503"),
        ({"status": 302}, "HTTP 302"),
        ({"body": b"<html>"}, "no list of alerts"),
    ],
)
def test_a_fault_is_one_line_and_it_is_asked_ever_more_seldom(
    sr: Radio, clock: Any, caplog: pytest.LogCaptureFixture, fault: dict[str, Any], says: str
) -> None:
    for name, value in fault.items():
        setattr(sr, name, value)
    pauses = []
    for number in range(1, 7):
        caplog.clear()
        poll()
        (record,) = caplog.records
        assert says in record.getMessage()
        assert record.exc_info is None
        row = Poll.objects.get()
        assert row.failures == number
        pauses.append(row.due_at - timezone.now())
        clock.move_to(row.due_at)
    minutes = [1, 2, 4, 8, 15, 15]
    assert pauses == [timedelta(minutes=each) for each in minutes]
    assert pauses[-1] == SELDOM
    sr.status, sr.body = 200, None
    poll()
    assert Poll.objects.get().failures == 0


def test_one_that_cannot_be_taken_in_holds_back_no_other_and_is_tried_again(
    sr: Radio, caplog: pytest.LogCaptureFixture
) -> None:
    sr.headers = {"ETag": '"a"'}
    wrong = of(identifier="wrong", info=about(expires="2026-11-26T08:00:00+01:00"))
    caplog.set_level(logging.WARNING)
    assert hear(sr, {"identifier": "?"}, wrong, ALERT) == [Outcome.DRAFTED]
    (line,) = caplog.messages
    assert line.startswith("VMA: 2 messages are not taken in")
    assert Poll.objects.get().etag == ""


def test_nothing_is_asked_unless_it_is_switched_on(sr: Radio, settings: Settings) -> None:
    settings.VMA_URL = ""
    poll()
    assert not sr.asked
