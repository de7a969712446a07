"""Where an alert stands, in a word."""

from __future__ import annotations

from django import template
from django.utils import timezone

from notify.alerts.models import Alert
from notify.alerts.phases import phase_of
from notify.alerts.vocabulary import State

register = template.Library()


@register.filter
def phase(alert: Alert) -> str:
    """The word that residents read too; of a draft, that it is one."""
    if alert.state == State.DRAFT:
        return alert.get_state_display()
    return str(phase_of(alert, timezone.now()).label)
