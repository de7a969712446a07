"""From a dispatch to its deliveries: set-based, in key ranges, and restartable at any point."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from django.db import connection, transaction
from django.db.models import (
    BigIntegerField,
    CharField,
    DateTimeField,
    F,
    IntegerField,
    QuerySet,
    Value,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast
from django.utils import timezone

from notify.channels.base import AddressedBy, Channel
from notify.channels.registry import channels
from notify.dispatch import bell
from notify.dispatch.models import Batch, Delivery, Dispatch, State
from notify.dispatch.recipients import audience
from notify.dispatch.stopping import stopping
from notify.residents.models import Subscriber

CHUNK = 5_000
"""Subscribers per transaction: what a crash costs."""
SLICE = 500
"""Deliveries per batch: what one worker holds at a time."""


def expand(dispatch_id: int) -> None:
    """Make the batches and deliveries of a dispatch, and ring for each batch.

    Running twice is harmless, side by side too: each step moves a mark on the dispatch in the
    transaction that writes the step's rows, and who finds the mark moved by another stops.
    """
    if Dispatch.objects.get(pk=dispatch_id).expanded_at is not None:
        return
    _expand_areas(dispatch_id)
    while _expand_chunk(dispatch_id):
        if stopping():
            queue = Dispatch.objects.values_list("queue", flat=True).get(pk=dispatch_id)
            bell.ring(bell.EXPAND, dispatch_id, queue=queue)
            return


@transaction.atomic
def _expand_areas(dispatch_id: int) -> None:
    """One batch per channel that is addressed by area."""
    dispatch = Dispatch.objects.get(pk=dispatch_id)
    notice = dispatch.notice
    made = 0
    for channel in _channels(AddressedBy.AREA):
        batch, new = Batch.objects.get_or_create(
            dispatch=dispatch, channel=channel.name, number=0, defaults=_fresh(dispatch)
        )
        if new:
            made += 1
            Delivery.objects.bulk_create(
                Delivery(
                    dispatch=dispatch,
                    batch=batch,
                    channel=channel.name,
                    address=place.code,
                    language=notice.language,
                )
                for place in notice.places
            )
    bell.ring(bell.SEND_BATCH, dispatch.queue, queue=dispatch.queue, times=made)


@transaction.atomic
def _expand_chunk(dispatch_id: int) -> bool:
    """The next range of subscribers, for every channel addressed by them; False when done."""
    dispatch = Dispatch.objects.select_related("update__service").get(pk=dispatch_id)
    cursor = dispatch.expanded_through
    people = _people(dispatch)
    keys = list(people.filter(pk__gt=cursor).order_by("pk").values_list("pk", flat=True)[:CHUNK])
    more = len(keys) == CHUNK
    # The mark moves first: a second worker on the same range waits for this row, finds it moved,
    # and stops.
    moved = Dispatch.objects.filter(
        pk=dispatch_id, expanded_through=cursor, expanded_at=None
    ).update(
        expanded_through=keys[-1] if keys else cursor,
        expanded_at=None if more else timezone.now(),
    )
    if not moved:
        return False
    made = 0
    for channel in _channels(AddressedBy.SUBSCRIBER):
        for lower, upper in _slices(cursor, keys):
            batch = Batch.objects.create(
                dispatch=dispatch, channel=channel.name, number=upper, **_fresh(dispatch)
            )
            _insert(batch, people.filter(pk__gt=lower, pk__lte=upper))
            made += 1
    # One line to the broker for them all, and one wait if it is away.
    bell.ring(bell.SEND_BATCH, dispatch.queue, queue=dispatch.queue, times=made)
    return more


def _people(dispatch: Dispatch) -> QuerySet[Subscriber]:
    if dispatch.withdrawn_at is not None:
        return Subscriber.objects.none()
    update = dispatch.update
    return audience(
        # Nobody can have been told before the first update.
        alert=update.alert_id if update.number > 1 else None,
        service=update.service,
        paths=[place["path"] for place in update.places],
        ends=update.ends_alert,
        asked_before=dispatch.created_at,
    )


def _slices(cursor: int, keys: Sequence[int]) -> list[tuple[int, int]]:
    """Half-open key ranges (lower, upper] that hold at most SLICE of ``keys`` each."""
    borders = [cursor, *keys[SLICE - 1 :: SLICE]]
    if keys and borders[-1] != keys[-1]:
        borders.append(keys[-1])
    return list(pairwise(borders))


def _insert(batch: Batch, people: QuerySet[Subscriber]) -> None:
    """INSERT … SELECT: the rows never travel to Python and back."""
    now = timezone.now()
    columns: dict[str, Combinable] = {
        "dispatch_id": Value(batch.dispatch_id, BigIntegerField()),
        "batch_id": Value(batch.pk, BigIntegerField()),
        "channel": Value(batch.channel, CharField()),
        "address": Cast("pk", CharField()),
        "subscriber_id": F("pk"),
        "language": F("language"),
        "state": Value(State.QUEUED.value, CharField()),
        "attempts": Value(0, IntegerField()),
        "due_at": Value(now, DateTimeField()),
        "provider": Value("", CharField()),
        "provider_id": Value("", CharField()),
        "error": Value("", CharField()),
        "units": Value(0, IntegerField()),
    }
    chosen = people.order_by("pk").values_list(*columns.values())
    select, parameters = chosen.query.sql_with_params()
    names = ", ".join(connection.ops.quote_name(name) for name in columns)
    table = connection.ops.quote_name(Delivery._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) {select} ON CONFLICT DO NOTHING",
            parameters,
        )


def _channels(by: AddressedBy) -> list[Channel]:
    return [channel for channel in channels().values() if channel.addressed_by == by]


def _fresh(dispatch: Dispatch) -> dict[str, object]:
    return {"queue": dispatch.queue, "due_at": timezone.now()}
