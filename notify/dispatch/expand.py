"""From a dispatch to its deliveries: set-based, in key ranges, and restartable at any point."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from notify.channels.base import AddressedBy, Channel
from notify.channels.notice import Notice
from notify.channels.registry import channels
from notify.dispatch import arrays, bell
from notify.dispatch.earlier import told_by
from notify.dispatch.models import Batch, Delivery, Dispatch, Queue
from notify.dispatch.quiet import Nights, due
from notify.dispatch.recipients import Stretch, stretch
from notify.dispatch.stopping import stopping

FIRST_CHUNK, FIRST_SLICE = 1_000, 500
"""As below, for the first people of a dispatch: no worker is woken before they are in the ledger."""
CHUNK = 10_000
"""Subscribers per transaction: what a crash costs."""
SLICE = 1_000
"""Deliveries per batch: what one worker holds at a time."""


def expand(dispatch_id: int) -> None:
    """Make the batches and deliveries of a dispatch, and ring for each batch.

    Running twice is harmless, side by side too: each step moves a mark on the dispatch in the
    transaction that writes the step's rows, and who finds the mark moved by another stops.
    """
    if Dispatch.objects.get(pk=dispatch_id).expanded_at is not None:
        return
    _expand_others(dispatch_id)
    while _expand_chunk(dispatch_id):
        if stopping():
            queue = Dispatch.objects.values_list("queue", flat=True).get(pk=dispatch_id)
            bell.ring(bell.EXPAND, dispatch_id, queue=queue)
            return


@transaction.atomic
def _expand_others(dispatch_id: int) -> None:
    """One batch per channel that is not addressed by people."""
    dispatch = Dispatch.objects.select_related("update").get(pk=dispatch_id)
    notice = dispatch.notice
    made: Counter[tuple[str, timedelta]] = Counter()
    for channel in channels().values():
        if addresses := _addresses(channel, notice, dispatch):
            of_places = channel.addressed_by == AddressedBy.AREA
            queue = dispatch.queue if of_places else Queue.SYSTEMS
            made[queue, channel.rests] += _make(dispatch, channel, queue, addresses)
    for (queue, rests), times in made.items():
        after = rests.total_seconds()
        bell.ring(bell.SEND_BATCH, queue, queue=queue, times=times, after=after)


def _addresses(channel: Channel, notice: Notice, dispatch: Dispatch) -> list[str]:
    if channel.addressed_by == AddressedBy.AREA:
        return [place.code for place in notice.places]
    if channel.addressed_by == AddressedBy.OWN:
        return sorted(channel.addresses(notice, told_by(channel.name, dispatch)))
    return []


def _make(dispatch: Dispatch, channel: Channel, queue: str, addresses: Sequence[str]) -> bool:
    """The batch of a channel with its deliveries; False if it was there already."""
    due_at = timezone.now() + channel.rests
    batch, new = Batch.objects.get_or_create(
        dispatch=dispatch,
        channel=channel.name,
        number=0,
        defaults={"queue": queue, "due_at": due_at},
    )
    if new:
        Delivery.objects.bulk_create(
            Delivery(
                dispatch=dispatch,
                batch=batch,
                channel=channel.name,
                address=address,
                language=settings.LANGUAGE_CODE,
                due_at=due_at,
            )
            for address in addresses
        )
    return new


@transaction.atomic
def _expand_chunk(dispatch_id: int) -> bool:
    """The next range of subscribers, for every channel addressed by them; False when done."""
    dispatch = Dispatch.objects.select_related("update__service").get(pk=dispatch_id)
    cursor = dispatch.expanded_through
    chunk, size = (CHUNK, SLICE) if cursor else (FIRST_CHUNK, FIRST_SLICE)
    found = _next(dispatch, chunk, size)
    more = found.through is not None
    # The mark moves first: a second worker on the same range waits for this row, finds it moved,
    # and stops.
    moved = Dispatch.objects.filter(
        pk=dispatch_id, expanded_through=cursor, expanded_at=None
    ).update(
        expanded_through=found.through or max(found.keys, default=cursor),
        expanded_at=None if more else timezone.now(),
    )
    if not moved:
        return False
    made = 0
    slices = list(batched(found.keys, size))
    for channel in _channels(AddressedBy.SUBSCRIBER):
        batches = Batch.objects.bulk_create(
            Batch(dispatch=dispatch, channel=channel.name, number=keys[-1], **_fresh(dispatch))
            for keys in slices
        )
        _insert(dispatch, channel.name, dict(zip((one.pk for one in batches), slices, strict=True)))
        made += len(batches)
    # One line to the broker for them all, and one wait if it is away.
    bell.ring(bell.SEND_BATCH, dispatch.queue, queue=dispatch.queue, times=made)
    return more


def _next(dispatch: Dispatch, most: int, size: int) -> Stretch:
    if dispatch.withdrawn_at is not None:
        return Stretch([], None)
    return stretch(dispatch, dispatch.expanded_through, most, size)


def batched(keys: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    """Slices of at most ``size``."""
    return (keys[start : start + size] for start in range(0, len(keys), size))


INSERT = """
INSERT INTO dispatch_delivery (dispatch_id, batch_id, channel, address, subscriber_id, language,
                               state, attempts, due_at, provider, provider_id, error, units)
SELECT %s, chosen.batch, %s, CAST(person.id AS varchar(64)), person.id, person.language,
       'queued', 0,
       CASE person.nights WHEN 'planned' THEN {at} WHEN 'routine' THEN {at} ELSE {at} END, '', '', '', 0
FROM {chosen} JOIN residents_subscriber person ON person.id = chosen.person
WHERE person.ended_at IS NULL
  AND (%s OR person.paused_until IS NULL OR person.paused_until <= {at})
ORDER BY person.id
ON CONFLICT DO NOTHING
"""
"""Names and languages never travel to Python and back; the keys do, because they are joined there.

Whoever had paused when it was said hears of it only if it is the end of something. What waits for
the morning is due then; its batch is due now, and is put off when a worker has found nothing due.
"""


def _insert(dispatch: Dispatch, channel: str, slices: Mapping[int, Sequence[int]]) -> None:
    """One statement for all the batches of a chunk. slices: subscribers' keys by batch."""
    if not slices:
        return
    people = [(key, batch) for batch, keys in slices.items() for key in keys]
    sql = INSERT.format(
        chosen=arrays.rows("chosen", person="bigint", batch="bigint"),
        at=arrays.INSTANT[connection.vendor],
    )
    by_nights = due(dispatch, timezone.now())
    chosen = (by_nights[Nights.PLANNED], by_nights[Nights.ROUTINE], by_nights[Nights.NOTHING])
    values: list[Any] = [dispatch.pk, channel, *map(arrays.instant, chosen)]
    values += [*arrays.values(people), dispatch.update.ends_alert]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, arrays.instant(dispatch.created_at)])


def _channels(by: AddressedBy) -> list[Channel]:
    return [channel for channel in channels().values() if channel.addressed_by == by]


def _fresh(dispatch: Dispatch) -> dict[str, Any]:
    return {"queue": dispatch.queue, "due_at": timezone.now()}
