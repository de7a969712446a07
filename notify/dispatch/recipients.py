"""Who is told: those who asked for it, and those who were told before."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from notify.alerts.models import Service
from notify.alerts.selectors import related_areas
from notify.dispatch.models import TOLD, Delivery
from notify.residents.models import EndedReason, Subscriber, Subscription


def audience(
    *,
    alert: int | None,
    service: Service,
    paths: Iterable[str],
    ends: bool,
    asked_before: datetime,
) -> QuerySet[Subscriber]:
    """Everybody reachable who is to be told, each once.

    alert: key of the alert, or None while nothing of it was published. paths: of its areas.
    ends: an all-clear or a cancel goes to exactly those told before; anything else goes to them
    and to everybody whose subscription, as it stood at ``asked_before``, matches.
    """
    told = Exists(
        Delivery.objects.filter(TOLD, subscriber=OuterRef("pk"), dispatch__update__alert=alert)
    )
    asked = Exists(
        Subscription.objects.filter(
            Q(service=None) | Q(service=service),
            subscriber=OuterRef("pk"),
            area__in=list(related_areas(paths).values_list("pk", flat=True)),
            created_at__lte=asked_before,
        ).filter(
            # Who confirms a new choice while expansion waits stood in neither the old nor the new.
            Q(ended_at=None) | Q(ended_at__gt=asked_before, ended_reason=EndedReason.REPLACED)
        )
    )
    reachable = Subscriber.objects.filter(ended_at=None)
    if alert is None:
        return reachable.filter(asked)
    return reachable.filter(told) if ends else reachable.filter(Q(told) | Q(asked))
