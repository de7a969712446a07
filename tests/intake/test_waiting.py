"""What waits for an editor: what somebody has changed since, and what cannot be carried on exactly."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from notify.alerts.content import AlertContent
from notify.alerts.lifecycle import revise_draft
from notify.alerts.models import Alert, Update
from notify.dispatch.scheduled import announce_later
from notify.intake.models import Message, Outcome
from tests import given
from tests.console.test_story import follow_up
from tests.console.world import published
from tests.intake.conftest import Take
from tests.intake.documents import ÄSPERED, after, all_clear, cap, info, moment
from tests.intake.test_take import FRISTAD, refused_for, the_alert

pytestmark = pytest.mark.django_db


def touched(alert: Alert) -> None:
    """An editor changes the draft."""
    content = replace(AlertContent.of(alert), severity="Minor")
    revise_draft(alert, content, version=alert.version)


@pytest.mark.parametrize("later", [after, all_clear, lambda first: after(first, msgType="Cancel")])
def test_once_an_editor_has_changed_it_it_is_theirs(trusted: Take, later: Any) -> None:
    first = cap()
    trusted(first)
    alert = published_update(the_alert())
    taken = trusted(later(first))
    assert (taken.outcome, taken.waits, taken.remarked != []) == (Outcome.WAITING, True, True)
    assert Update.objects.count() == 2
    published_update(alert)
    assert not Message.objects.get(pk=taken.pk).waits


def published_update(alert: Alert) -> Alert:
    """An editor posts another end."""
    follow_up(alert)
    alert.refresh_from_db()
    return alert


def test_a_draft_that_an_editor_changed_is_not_overwritten(stranger: Take) -> None:
    first = cap()
    stranger(first)
    touched(the_alert())
    assert stranger(after(first, info(headline="Nytt"))).outcome == Outcome.WAITING
    assert stranger(all_clear(first)).outcome == Outcome.WAITING
    assert the_alert().severity == "Minor"


def test_a_draft_that_goes_out_by_itself_stops_when_news_comes(stranger: Take) -> None:
    first = cap()
    alert = stranger(first).alert
    assert alert is not None
    soon = timezone.now() + timedelta(hours=1)
    announce_later(alert, soon, version=alert.version, key=uuid.uuid4(), by=given.editor("lena"))
    taken = stranger(after(first))
    assert taken.outcome == Outcome.WAITING
    assert taken.waits
    assert len(taken.remarked) == 2
    assert the_alert().publish_at is None


def test_a_strangers_news_of_what_is_published_waits(stranger: Take, trusted: Take) -> None:
    first = cap()
    trusted(first)
    assert stranger(after(first, info(headline="Nytt"))).outcome == Outcome.WAITING
    assert Update.objects.count() == 1


@pytest.mark.parametrize(
    "over",
    [
        lambda first: after(first, msgType="Cancel", info=[]),  # says nothing
        lambda first: all_clear(first, area=[FRISTAD]),
        lambda first: all_clear(first, headline=None),
    ],
)
def test_an_end_that_cannot_be_carried_exactly_waits(trusted: Take, over: Any) -> None:
    first = cap(info(area=[ÄSPERED, FRISTAD]))
    trusted(first)
    assert trusted(over(first)).outcome == Outcome.WAITING
    assert the_alert().state == "active"


def test_an_alert_that_editors_wrote_is_nobodys_to_end(trusted: Take) -> None:
    alert = published()
    told = Update.objects.get()
    mine = f"testserver,{told.identifier},{moment(told.sent)}"
    assert refused_for(trusted, cap(msgType="Cancel", references=mine)) == ["references"]
    assert alert.state == "active"
