"""Publishing at the time that an editor chose. The order is the alert's; here it is checked, and carried out.

It goes the one way through (``start.announce``), whose transaction also ends the order: whoever
dies before the commit has done nothing, and the next sweep does it; whoever comes second finds the
alert moved on.
"""

from __future__ import annotations

import logging
import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone, translation

from notify.alerts import schedule
from notify.alerts.content import AlertContent
from notify.alerts.lifecycle import AlertChanged, IllegalMove
from notify.alerts.models import Alert, Schedule
from notify.alerts.schedule import Refused
from notify.alerts.vocabulary import Move
from notify.dispatch.notices import notice_if
from notify.dispatch.start import announce, problems, refuse

if TYPE_CHECKING:
    from django.contrib.auth.models import User

log = logging.getLogger(__name__)


def announce_later(
    alert: Alert, publish_at: datetime, *, version: int, key: uuid.UUID, by: User
) -> tuple[Schedule, bool]:
    """Order a draft to be published at a time; what could not be published cannot be ordered either.

    Arguments and errors are those of ``schedule.schedule_draft``.
    """
    try:
        with transaction.atomic():
            made, new = schedule.schedule_draft(alert, publish_at, version=version, key=key, by=by)
            if new:
                content = AlertContent.of(alert)
                refuse(problems(notice_if(alert, Move.PUBLISH, content, at=publish_at)))
            return made, new
    except ValidationError:
        alert.refresh_from_db()
        raise


def publish_due() -> None:
    """Publish whatever is due by now. Running twice, side by side too, publishes each once.

    Each is tried, whatever became of the others; what went wrong is raised at the end, and tried
    again by the next sweep.
    """
    now = timezone.now()
    faults: list[Exception] = []
    for due in schedule.due_schedules(now):
        try:
            _carry_out(due, now)
        except Exception as fault:  # noqa: BLE001 - one that fails must not hold back the others
            faults.append(fault)
    if faults:
        raise ExceptionGroup("not everything that is due is published", faults)


def _carry_out(due: Schedule, now: datetime) -> None:
    """Publish it, or give it back to its editors with the reason."""
    try:
        refusal = _refusal(due, now)
        if refusal:
            schedule.return_to_draft(due, refusal)
            log.warning("alert %s was not published at its time: it is a draft", due.alert.code)
    except AlertChanged:
        # Somebody was faster, another sweep or an editor.
        schedule.overtaken(due)


def _refusal(due: Schedule, now: datetime) -> dict[str, str]:
    """Publish it; if that is refused, why, in each language of the site.

    A sentence is made in the language that is active while it is refused, so it is tried in each.
    """
    refusal: dict[str, str] = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            try:
                _publish(due, now)
            except (Refused, IllegalMove) as no:
                refusal[language] = str(no)
            except ValidationError as wrong:
                refusal[language] = " ".join(wrong.messages)
            else:
                return {}
    return refusal


def _publish(due: Schedule, now: datetime) -> None:
    schedule.check_due(due, now)
    alert = due.alert
    announce(
        alert,
        Move.PUBLISH,
        AlertContent.of(alert),
        version=due.version,
        key=due.key,
        by=due.by,
    )
