"""Publishing a draft at a time: an order that stands beside it until it is carried out, or anything changes.

    draft ──order──▶ draft and order ──its time comes──▶ active
                          └──undone, replaced, edited, refused──▶ draft

Whoever carries it out publishes as anybody does, with the order's key, the version that its editor
left and that editor's name: so words that were not looked at are never published, and nothing is
published twice.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from notify.alerts.content import YEARS, AlertContent
from notify.alerts.editors import may_publish
from notify.alerts.lifecycle import AlertChanged, IllegalMove, KeyReused, claimed, destination
from notify.alerts.models import Alert, Schedule
from notify.alerts.vocabulary import Move, ScheduleEnd

if TYPE_CHECKING:
    from django.contrib.auth.models import User

FURTHEST = timedelta(days=366)
"""How far ahead a publication can be ordered: beyond a year it is a slip."""
UNHEARD = timedelta(minutes=1)
"""After this an order that still stands is late: something that should carry it out is not running."""
LATEST = timedelta(hours=24)
"""How late an alert whose end nobody knows may still go out: its words were written for another day."""


class NotScheduled(IllegalMove):
    """There is nothing to undo. ``str()`` says so."""

    def __init__(self) -> None:
        super().__init__(_("It is not planned for publication any more."))


class Refused(Exception):
    """Its time has come, and it must not be published. ``str()`` says why, to its editors."""


def check_time(content: AlertContent, publish_at: datetime) -> None:
    """Raise ValidationError, with ``publish_at``, if the content cannot be published at that time.

    publish_at: aware. Of two times that a clock shows alike in an autumn night, it is one.
    """
    if publish_at.year not in YEARS:  # before any arithmetic, which overflows near year 1 and 9999
        raise _wrong(_("Check the year."))
    now = timezone.now()
    # In UTC: two times of one zone are compared as their clocks show them.
    at = publish_at.astimezone(UTC)
    if at <= now:
        raise _wrong(_("That time has passed already. Choose a later one, or publish now."))
    if at > now + FURTHEST:
        raise _wrong(_("That is more than a year ahead. Choose an earlier time."))
    if content.expires is not None and at >= content.expires.astimezone(UTC):
        raise _wrong(_("By then it should be over. Choose an earlier time, or change the end."))
    if content.news_by is not None and at >= content.news_by.astimezone(UTC):
        raise _wrong(
            _(
                "You promise the next update before then. Choose an earlier time, or promise a later one."
            )
        )


def _wrong(sentence: str) -> ValidationError:
    return ValidationError({"publish_at": [sentence]})


def schedule_draft(
    alert: Alert, publish_at: datetime, *, version: int, key: uuid.UUID, by: User
) -> tuple[Schedule, bool]:
    """Order the draft to be published at a time, in the place of an earlier order; and whether it is new.

    version: of the alert, as the editor saw it. key: of the request; the same key again returns the
    first order and False, for another alert or time it raises KeyReused. by: whose publication it
    will be. Raises ValidationError, IllegalMove or AlertChanged, and then nothing is written.
    """
    try:
        return _schedule_once(alert, publish_at, version=version, key=key, by=by), True
    except (AlertChanged, IllegalMove, ValidationError, IntegrityError):
        # A double click: the second request finds that the first has moved the alert on.
        ordered = Schedule.objects.filter(key=key).first()
        if ordered is None:
            raise
        if ordered.alert_id != alert.pk or ordered.publish_at != publish_at:
            raise KeyReused from None
        return ordered, False


def _schedule_once(
    alert: Alert, publish_at: datetime, *, version: int, key: uuid.UUID, by: User
) -> Schedule:
    with claimed(alert, version):
        destination(alert, Move.PUBLISH)
        content = AlertContent.of(alert)
        content.check(publishing=True)
        check_time(content, publish_at)
        alert.schedules.end(ScheduleEnd.REPLACED)
        return alert.schedules.create(publish_at=publish_at, version=alert.version, key=key, by=by)


def unschedule_draft(alert: Alert, *, version: int) -> None:
    """Take the order back: it stays a draft. Raises NotScheduled, IllegalMove or AlertChanged."""
    with claimed(alert, version):
        destination(alert, Move.PUBLISH)
        if not alert.schedules.end(ScheduleEnd.UNDONE):
            raise NotScheduled


def due_schedules(now: datetime) -> QuerySet[Schedule]:
    """The standing orders whose time has come, the earliest first."""
    due = Schedule.objects.standing().filter(publish_at__lte=now)
    return due.select_related("alert__service", "by").order_by("publish_at", "pk")


def is_late(schedule: Schedule, now: datetime) -> bool:
    """Whether it stands although its time has passed."""
    return schedule.stands and schedule.publish_at <= now - UNHEARD


def check_due(schedule: Schedule, now: datetime) -> None:
    """Raise Refused if its editor may not publish any more, or if it is too late.

    An alert whose own end has passed is refused like any other that is published.
    """
    if schedule.by is None:
        raise Refused(_("The account of whoever planned it is gone."))
    if not may_publish(schedule.by):
        name = schedule.by.get_full_name() or schedule.by.get_username()
        raise Refused(_("%(name)s planned it, and may not publish any more.") % {"name": name})
    if schedule.alert.expires is None and now - schedule.publish_at > LATEST:
        raise Refused(_("It was more than a day late, because nothing was published meanwhile."))


def overtaken(schedule: Schedule) -> None:
    """End an order for another version than the alert's, if it still stands: those words are gone."""
    order = Schedule.objects.filter(pk=schedule.pk).exclude(alert__version=schedule.version)
    order.end(ScheduleEnd.EDITED)


def return_to_draft(schedule: Schedule, refusal: Mapping[str, str]) -> None:
    """End an order that could not be carried out. refusal: why, by language, for the editors.

    Raises AlertChanged if somebody has changed the alert meanwhile: then it is theirs.
    """
    with claimed(schedule.alert, schedule.version):
        schedule.alert.schedules.end(ScheduleEnd.REFUSED, refusal)
