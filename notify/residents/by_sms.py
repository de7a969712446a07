"""Leaving one place with a word, and coming back with another."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from notify.alerts.models import Area
from notify.residents.models import Consent, EndedReason, Subscriber, Subscription
from notify.residents.services import end_subscriber, note

TOGETHER = timedelta(hours=1)
"""STOPP to one message, and soon after it STOPP to all of them, are one goodbye."""


def places_of(subscriber: Subscriber) -> list[Area]:
    """Where anything stands, each place once, in the order of the areas."""
    standing = subscriber.subscriptions.filter(ended_at=None).values("area")
    return list(Area.objects.filter(pk__in=standing).defer("outline"))


@transaction.atomic
def end_places(subscriber: Subscriber, areas: Collection[Area], *, words: str) -> list[Area]:
    """End what stands at these places; returns where anything stands still.

    Whoever ends the last of them leaves altogether. words: what they wrote, kept as evidence.
    """
    held = _held(subscriber)
    standing = held.subscriptions.filter(ended_at=None)
    ended = standing.filter(area__in=areas).update(
        ended_at=timezone.now(), ended_reason=EndedReason.STOP
    )
    left = places_of(held)
    if not left:
        end_subscriber(held, source=Consent.Source.SMS, words=words)
    elif ended:
        note(held, Consent.Kind.OPT_OUT, Consent.Source.SMS, words=words)
    return left


@transaction.atomic
def come_back(subscriber: Subscriber, *, words: str) -> list[Area]:
    """Let stand again what STOPP ended last; returns where, nothing if there is nothing to undo.

    What somebody left on the web, or places that are out of use, stay ended. A second time goes
    back to the STOPP before, if there was one.
    """
    held = _held(subscriber)
    again = _last_ended(held)
    if held.ended_reason == EndedReason.WEB or not again:
        return []
    Subscriber.objects.filter(pk=held.pk).update(ended_at=None, ended_reason="")
    Subscription.objects.bulk_create(again)
    note(held, Consent.Kind.OPT_IN, Consent.Source.SMS, words=words)
    back = {row.area_id for row in again}
    return [area for area in places_of(held) if area.pk in back]


def _last_ended(subscriber: Subscriber) -> list[Subscription]:
    """New rows, unsaved, for what the last STOPP ended, where nothing stands now."""
    rows = subscriber.subscriptions.all()
    stopped = rows.filter(
        ended_reason__in=[EndedReason.STOP, EndedReason.PROVIDER], area__active=True
    ).exclude(area__in=rows.filter(ended_at=None).values("area"))
    last = stopped.order_by("-ended_at").values_list("ended_at", flat=True).first()
    if last is None:
        return []
    again: list[Subscription] = []
    ended: dict[int, datetime | None] = {}
    now = timezone.now()
    for row in stopped.filter(ended_at__gte=last - TOGETHER).order_by("-ended_at"):
        # Of a place that was ended twice, only what was chosen last.
        if ended.setdefault(row.area_id, row.ended_at) == row.ended_at:
            # What else was chosen with it comes back too.
            row.pk, row.created_at, row.ended_at, row.ended_reason = None, now, None, ""
            again.append(row)
    return again


def _held(subscriber: Subscriber) -> Subscriber:
    """The subscriber as of now, for this transaction alone: two messages wait for each other."""
    return Subscriber.objects.select_for_update().get(pk=subscriber.pk)
