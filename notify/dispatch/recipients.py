"""Who is told: those who asked for it, and those who were told before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from notify.alerts.models import Service
from notify.alerts.selectors import related_areas
from notify.dispatch.concerning import paths_of
from notify.dispatch.models import TOLD, Batch, Delivery, Dispatch
from notify.residents.models import EndedReason, Subscriber, Subscription


def audience(
    *,
    alert: int | None,
    service: Service,
    paths: Iterable[str],
    serious: bool,
    ends: bool,
    cancelled: bool,
    asked_before: datetime,
) -> QuerySet[Subscriber]:
    """Everybody reachable who is to be told, each once.

    alert: key of the alert, or None while nothing of it was published. paths: of its areas.
    serious: severe or extreme, so that it is also for those who want nothing else.
    ends: an all-clear goes to those told before, and to whoever has asked since the alert was
    published: they learnt of it elsewhere. cancelled: a cancel goes to exactly those told before;
    others have nothing to disregard. Anything else goes to those told before and to everybody whose
    subscription, as it stood at ``asked_before``, matches; but to nobody who had paused then. Who
    wrote STOPP to what they were told counts as told no more.
    """
    told = NOBODY if alert is None else _told_of(alert)
    wanted = _matching(service, paths, serious=serious, asked_before=asked_before)
    if ends:
        first = Dispatch.objects.filter(update__alert=alert).order_by("update__number")
        wanted = wanted.filter(created_at__gt=first.values("created_at")[:1])
    matching = wanted.filter(subscriber=OuterRef("pk"))
    # Who confirms a new choice while expansion waits stood in neither the old nor the new.
    asked = Exists(matching.filter(STANDING | _replaced_since(asked_before)))
    reachable = Subscriber.objects.filter(ended_at=None)
    if cancelled:
        return reachable.filter(told)
    if ends:
        return reachable.filter(told | Q(asked))
    awake = reachable.filter(Q(paused_until=None) | Q(paused_until__lte=asked_before))
    return awake.filter(told | Q(asked))


NOBODY = Q(pk__in=[])


def _told_of(alert: int) -> Q:
    """Who was told of an alert and has not left the places that it was about then: it may have moved."""
    told: dict[tuple[int, tuple[str, ...]], list[Dispatch]] = defaultdict(list)
    for one in Dispatch.objects.filter(update__alert=alert).select_related("update"):
        told[one.update.service_id, paths_of(one.update)].append(one)
    found = NOBODY
    for (service, paths), dispatches in told.items():
        left = _left(service, paths).filter(
            subscriber=OuterRef("subscriber"), ended_at__gt=OuterRef("dispatch__created_at")
        )
        deliveries = Delivery.objects.filter(
            TOLD, subscriber=OuterRef("pk"), dispatch__in=[one.pk for one in dispatches]
        )
        found |= Q(Exists(deliveries.exclude(Exists(left))))
    return found


@dataclass(frozen=True, slots=True)
class Stretch:
    """The next people of a dispatch in key order.

    keys: of those to be told, each once; some may have left, or paused. through: nobody up to this key was
    forgotten, or None when there is nobody behind it.
    """

    keys: list[int]
    through: int | None


def stretch(dispatch: Dispatch, after: int, most: int, slice_size: int) -> Stretch:
    """The audience of a dispatch behind key ``after``: ``most`` people, or fewer and more to come.

    The same people as ``audience``, but each of its parts is walked along an index of its own and
    joined here, so that the cost of a stretch does not grow with the audience. slice_size: about
    how many deliveries a batch holds.
    """
    update = dispatch.update
    keys: set[int] = set()
    through: int | None = None
    matching = _matching(
        update.service, paths_of(update), serious=update.urgent, asked_before=dispatch.created_at
    ).filter(subscriber__gt=after)
    if update.number > 1:
        earlier = list(
            Dispatch.objects.filter(
                update__alert=update.alert_id, update__number__lt=update.number
            ).select_related("update")
        )
        for one in earlier:
            told, horizon = _told(one, after, most // slice_size + 1)
            keys |= told - _left_it(one, told)
            through = _nearer(through, horizon)
        if update.all_clear:
            since = min((one.created_at for one in earlier), default=dispatch.created_at)
            matching = matching.filter(created_at__gt=since)
        elif update.ends_alert:
            matching = matching.none()
    if through is not None:
        # Further on they are found with the next stretch.
        matching = matching.filter(subscriber__lte=through)
    asked, horizon = _asked(matching, dispatch, most)
    keys |= asked
    through = _nearer(through, horizon)
    found = sorted(key for key in keys if through is None or key <= through)
    if len(found) > most:
        found = found[:most]
        through = found[-1]
    return Stretch(found, through)


def _asked(
    matching: QuerySet[Subscription], dispatch: Dispatch, most: int
) -> tuple[set[int], int | None]:
    standing = _keys(matching.filter(STANDING).order_by("subscriber"))[:most]
    keys = list(standing)
    through = keys[-1] if len(keys) == most else None
    replaced = matching.filter(_replaced_since(dispatch.created_at))
    if through is not None:
        replaced = replaced.filter(subscriber__lte=through)
    return {*keys, *_keys(replaced.order_by())}, through


def _told(dispatch: Dispatch, after: int, most_batches: int) -> tuple[set[int], int | None]:
    """Who was told by a dispatch, by way of its batches: they hold people in key order."""
    keys: set[int] = set()
    through: int | None = None
    channels = Batch.objects.filter(dispatch=dispatch, number__gt=0).order_by()
    for channel in channels.values_list("channel", flat=True).distinct():
        behind = Batch.objects.filter(dispatch=dispatch, channel=channel, number__gt=after)
        batches = list(behind.order_by("number").values_list("pk", "number")[:most_batches])
        if len(batches) == most_batches:
            through = _nearer(through, batches[-1][1])
        told = Delivery.objects.filter(
            TOLD, batch__in=[pk for pk, _number in batches], subscriber__gt=after
        )
        keys.update(told.order_by().values_list("subscriber_id", flat=True))
    return keys, through


def left_since(dispatch: Dispatch) -> QuerySet[Subscription]:
    """What was ended by STOPP since then at its places, of those who want to hear nothing there now."""
    update = dispatch.update
    return _left(update.service_id, paths_of(update)).filter(ended_at__gt=dispatch.created_at)


def _left_it(earlier: Dispatch, told: Collection[int]) -> set[int]:
    """Who of those told wrote STOPP to it."""
    if not told:
        return set()
    among = left_since(earlier).filter(subscriber__gte=min(told), subscriber__lte=max(told))
    return set(among.order_by().values_list("subscriber_id", flat=True))


def _left(service: int, paths: Iterable[str]) -> QuerySet[Subscription]:
    """Subscriptions at these places that STOPP ended, of those who have none there now.

    service: key of the one it is about.
    """
    areas = related_areas(paths).values("pk")
    stands = Subscription.objects.filter(
        STANDING,
        Q(service=None) | Q(service=service),
        subscriber=OuterRef("subscriber"),
        area__in=areas,
    )
    return Subscription.objects.filter(
        ~Exists(stands), ended_reason=EndedReason.STOP, area__in=areas
    )


def _nearer(one: int | None, other: int | None) -> int | None:
    known = [key for key in (one, other) if key is not None]
    return min(known, default=None)


def _keys(subscriptions: QuerySet[Subscription]) -> QuerySet[Subscription, int]:
    return subscriptions.values_list("subscriber_id", flat=True).distinct()


STANDING = Q(ended_at=None)
"""Subscriptions that nobody has ended."""


def _replaced_since(at: datetime) -> Q:
    return Q(ended_at__gt=at, ended_reason=EndedReason.REPLACED)


def _matching(
    service: Service, paths: Iterable[str], *, serious: bool, asked_before: datetime
) -> QuerySet[Subscription]:
    of_it = Subscription.objects.filter(
        Q(service=None) | Q(service=service),
        area__in=list(related_areas(paths).values_list("pk", flat=True)),
        created_at__lte=asked_before,
    )
    return of_it if serious else of_it.filter(serious_only=False)
