"""Who is still without after an all-clear that asked: put down once a person, counted by area."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count
from django.utils import timezone
from django.utils.formats import number_format

from notify.alerts.models import Alert, Area
from notify.channels.base import AddressedBy
from notify.channels.registry import channels
from notify.dispatch.concerning import places_hit
from notify.dispatch.models import TOLD, Delivery, Dispatch, StillWithout
from notify.residents.models import Subscriber

ASKED_FOR = timedelta(hours=48)
"""How long after an all-clear a bare "1" is still an answer to it."""


def question_to(subscriber: Subscriber) -> Dispatch | None:
    """The all-clear that asked this person last, as long as an answer can be meant for it."""
    asked = Delivery.objects.filter(
        TOLD,
        subscriber=subscriber,
        sending_at__gt=timezone.now() - ASKED_FOR,
        dispatch__asks=True,
    )
    last = asked.select_related("dispatch__update").order_by("-sending_at", "-pk").first()
    return last.dispatch if last else None


def put_down(subscriber: Subscriber, dispatch: Dispatch) -> bool:
    """Count that they are still without; returns whether that is new. Twice counts once."""
    theirs = StillWithout.objects.filter(dispatch=dispatch, subscriber=subscriber)
    if theirs.exists():
        return False
    StillWithout.objects.bulk_create(
        [
            StillWithout(dispatch=dispatch, subscriber=subscriber, area=area)
            for area in places_hit(subscriber, dispatch.update)
        ],
        ignore_conflicts=True,
    )
    return True


def take_back(subscriber: Subscriber, dispatch: Dispatch) -> bool:
    """Count them no more: it works now. Returns whether they were counted."""
    theirs = StillWithout.objects.filter(dispatch=dispatch, subscriber=subscriber)
    return bool(theirs.delete()[0])


@dataclass(frozen=True, slots=True)
class Answers:
    """What people answered to an alert's all-clear.

    people: who are still without, each once. asked: how many got the question. areas: with how many
    are without there, most first.
    """

    people: int
    asked: int
    areas: Sequence[tuple[Area, int]]

    @property
    def asked_said(self) -> str:
        """How many were asked, with the thousands set apart."""
        return number_format(self.asked, use_l10n=True, force_grouping=True)


def answers_to(alert: Alert) -> Answers | None:
    """What people answered to its all-clear; None if that asked nothing."""
    dispatch = Dispatch.objects.filter(update__alert=alert, asks=True).first()
    if dispatch is None:
        return None
    rows = StillWithout.objects.filter(dispatch=dispatch).order_by()
    counts = dict(rows.values_list("area").annotate(Count("subscriber", distinct=True)))
    found = Area.objects.filter(pk__in=counts).defer("outline")
    return Answers(
        rows.aggregate(people=Count("subscriber", distinct=True))["people"],
        dispatch.deliveries.filter(TOLD, channel__in=to_people()).count(),
        sorted(((area, counts[area.pk]) for area in found), key=lambda pair: -pair[1]),
    )


def to_people() -> list[str]:
    """The channels that carry words to persons: who was asked stays counted when they are erased."""
    addressed = AddressedBy.SUBSCRIBER
    return [name for name, channel in channels().items() if channel.addressed_by == addressed]


def people_without(alerts: Sequence[Alert]) -> Mapping[int, int]:
    """How many have said lately that they are still without, by the key of their alert."""
    since = timezone.now() - ASKED_FOR
    lately = StillWithout.objects.filter(dispatch__update__alert__in=alerts, at__gt=since)
    rows = lately.order_by()
    counted = rows.values_list("dispatch__update__alert").annotate(
        Count("subscriber", distinct=True)
    )
    return dict(counted)
