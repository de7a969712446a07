"""What an alert means to somebody who reads it now: its state, its kind and the clock together."""

from __future__ import annotations

from datetime import datetime

from django.db.models import TextChoices
from django.utils.translation import pgettext_lazy

from notify.alerts.models import Alert
from notify.alerts.vocabulary import State


class Phase(TextChoices):
    """Where an alert stands for its readers."""

    DISRUPTED = "disrupted", pgettext_lazy("disruption", "Disruption now")
    OVERDUE = "overdue", pgettext_lazy("disruption", "Disruption, longer than expected")
    UNDERWAY = "underway", pgettext_lazy("disruption", "Planned work in progress")
    PLANNED = "planned", pgettext_lazy("disruption", "Planned")
    LAPSED = "lapsed", pgettext_lazy("disruption", "Planned work, its time has passed")
    RESOLVED = "resolved", pgettext_lazy("disruption", "Fixed")
    FINISHED = "finished", pgettext_lazy("disruption", "Finished")
    CANCELLED = "cancelled", pgettext_lazy("disruption", "Cancelled")
    CALLED_OFF = "called_off", pgettext_lazy("disruption", "Called off")


CURRENT = frozenset({Phase.DISRUPTED, Phase.OVERDUE, Phase.UNDERWAY})
"""Phases in which residents may notice something."""

SAID_OVER = frozenset({Phase.RESOLVED, Phase.FINISHED, Phase.CANCELLED, Phase.CALLED_OFF})
"""Phases in which somebody has said that it is over."""

ENDED = SAID_OVER | {Phase.LAPSED}
"""Phases in which it is over."""


def keeps_waiting(alert: Alert, now: datetime) -> bool:
    """Whether more was promised for a time that has come, and nothing has been said since."""
    due = alert.news_by is not None and alert.news_by <= now
    return due and phase_of(alert, now) not in ENDED


def phase_of(alert: Alert, now: datetime) -> Phase:
    """The phase of a published alert at ``now``."""
    if alert.state == State.RESOLVED:
        return Phase.FINISHED if alert.planned else Phase.RESOLVED
    if alert.state == State.CANCELLED:
        return Phase.CALLED_OFF if alert.planned else Phase.CANCELLED
    past_end = alert.expires is not None and alert.expires <= now
    if alert.planned and past_end:
        return Phase.LAPSED
    if alert.onset > now:
        return Phase.PLANNED
    if alert.planned:
        return Phase.UNDERWAY
    return Phase.OVERDUE if past_end else Phase.DISRUPTED
