"""What the console asks: where alerts came from, and what waits for an editor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, QuerySet

from notify.alerts.models import Alert
from notify.intake.models import Message, Outcome


@dataclass(frozen=True, slots=True)
class Source:
    """Where an alert came from: what other systems said about it, the latest first."""

    messages: tuple[Message, ...]

    @property
    def first(self) -> Message:
        """The one that it began with."""
        return min(self.messages, key=lambda message: message.pk)

    @property
    def waiting(self) -> list[Message]:
        """Those that an editor has yet to decide about."""
        return [message for message in self.messages if message.waits]


def source_of(alert: Alert) -> Source | None:
    """Where the alert came from; None if its editors wrote it. One SQL statement."""
    messages = tuple(alert.messages.order_by("-sent", "-pk"))
    return Source(messages) if messages else None


def senders(alerts: Iterable[Alert]) -> dict[int, str]:
    """The names of the senders of those that came from elsewhere, by the alerts' keys; one SQL statement."""
    rows = Message.objects.filter(alert__in=[alert.pk for alert in alerts]).order_by("-pk")
    return dict(rows.values_list("alert_id", "sender_name"))


def waiting_messages() -> QuerySet[Message]:
    """What waits for an editor, the latest first, each with its alert."""
    waiting = Message.objects.filter(
        outcome=Outcome.WAITING, seen_at=None, version=F("alert__version")
    )
    return waiting.select_related("alert").order_by("-sent", "-pk")
