"""Receiving systems as the console shows them: what each is told, and how the last tries went."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from notify.alerts.models import Area, Service
from notify.channels.registry import channels
from notify.channels.webhooks import errors
from notify.channels.webhooks.attempts import latest
from notify.channels.webhooks.channel import WebhookChannel
from notify.channels.webhooks.models import Attempt, Endpoint
from notify.dispatch.control import stands
from notify.dispatch.models import Delivery, State

SHOWN = 50
"""Attempts on a page."""
ENDED = (State.SENT, State.DELIVERED, State.FAILED)


@dataclass(frozen=True, slots=True)
class Try:
    """One attempt. sentence: what went wrong, empty if nothing did. delivery: what can be sent again, if it can.

    waits_until: when it is tried again by itself. key: of the click that sends it again.
    """

    attempt: Attempt
    sentence: str
    delivery: int | None = None
    waits_until: datetime | None = None
    key: uuid.UUID = field(default_factory=uuid.uuid4)


def channel() -> WebhookChannel:
    """The channel that tells them."""
    return next(one for one in channels().values() if isinstance(one, WebhookChannel))


def overview() -> QuerySet[Endpoint]:
    """Every one of them, each with ``tried_at`` and ``went_wrong`` of its last attempt. One statement."""
    last = Attempt.objects.filter(endpoint=OuterRef("pk")).order_by("-pk")
    return Endpoint.objects.annotate(
        tried_at=Subquery(last.values("at")[:1]), went_wrong=Subquery(last.values("error")[:1])
    )


def tries(endpoint: Endpoint) -> list[Try]:
    """The last attempts, newest first; the newest of each message says what comes next. Two statements."""
    attempts = latest(endpoint, SHOWN)
    keys = {int(one.reference[1:]) for one in attempts if one.reference}
    deliveries = Delivery.objects.filter(pk__in=keys).select_related("dispatch").in_bulk()
    seen: set[str] = set()
    found = []
    for one in attempts:
        newest = one.reference and one.reference not in seen
        seen.add(one.reference)
        delivery = deliveries.get(int(one.reference[1:])) if newest else None
        found.append(_try(one, delivery))
    return found


def _try(attempt: Attempt, delivery: Delivery | None) -> Try:
    sentence = errors.reason(attempt.error) if attempt.error else ""
    if delivery is None or not stands(delivery.dispatch):
        return Try(attempt, sentence)
    if delivery.state == State.QUEUED:
        return Try(attempt, sentence, waits_until=delivery.due_at)
    return Try(attempt, sentence, delivery.pk if delivery.state in ENDED else None)


def told_of(endpoint: Endpoint) -> tuple[str, str]:
    """The names of its areas and of its services, or that it is told of all. Two statements at most."""
    areas = dict(Area.objects.filter(code__in=endpoint.areas).values_list("code", "name"))
    services = {one.slug: str(one) for one in Service.objects.filter(slug__in=endpoint.services)}
    return (
        _listed(endpoint.areas, areas) or _("Every area"),
        _listed(endpoint.services, services) or _("Every service"),
    )


def _listed(codes: Iterable[str], names: Mapping[str, str]) -> str:
    return ", ".join(names.get(code, code) for code in codes)
