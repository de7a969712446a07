"""Who is told: those who asked for it, and those who were told before."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from notify.alerts.models import Service
from notify.alerts.selectors import related_areas
from notify.dispatch.models import TOLD, Delivery
from notify.residents.models import Subscriber, Subscription


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
    and to everybody whose subscription, made before ``asked_before``, matches.
    """
    told = Exists(
        Delivery.objects.filter(
            subscriber=OuterRef("pk"), dispatch__update__alert=alert, state__in=TOLD
        )
    )
    asked = Exists(
        Subscription.objects.filter(
            Q(service=None) | Q(service=service),
            subscriber=OuterRef("pk"),
            area__in=list(related_areas(paths).values_list("pk", flat=True)),
            ended_at=None,
            created_at__lte=asked_before,
        )
    )
    reachable = Subscriber.objects.filter(ended_at=None)
    if alert is None:
        return reachable.filter(asked)
    return reachable.filter(told) if ends else reachable.filter(Q(told) | Q(asked))
