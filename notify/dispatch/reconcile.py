"""Messages of which nobody here knows what became of them: ask, and only then decide.

In doubt are those whose answer was lost, and those whose worker died between marking and
recording. A callback may settle them first. What the provider certainly does not have is queued
again; it is never sent again blindly. What stays sent without a word is asked about as well.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from itertools import groupby

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from notify.channels.base import AddressedBy, Channel, ChannelError, Outcome, Receipt, Recipient
from notify.channels.registry import channels
from notify.dispatch import arrays
from notify.dispatch.answers import put_down
from notify.dispatch.earlier import earlier_messages, earlier_tries
from notify.dispatch.handful import Unreachable, phone
from notify.dispatch.models import Batch, Delivery, Dispatch, State
from notify.dispatch.overdue import ASK_AGAIN, LETTING_GO, asked_next, give_up, plan, to_ask_about
from notify.dispatch.record import record
from notify.dispatch.stopping import stopping

log = logging.getLogger(__name__)

BATCHES = 20
"""Batches looked through together."""
AT_ONCE = 200
"""Messages asked about together. With a provider that lets each question time out (20 s, 100 at a
time) they must be through before ASK_AGAIN has passed."""
BUDGET = 10.0
"""Seconds after which a sweep leaves what it has not come to to the next one."""


def reconcile() -> int:
    """Ask about the messages longest unsettled; returns how many were asked about."""
    until = time.monotonic() + BUDGET
    asked = 0
    while batches := _claim_batches(timezone.now()):
        asked += _settle(batches)
        if stopping() or time.monotonic() >= until:
            break
    return asked


@transaction.atomic
def _claim_batches(now: datetime) -> list[int]:
    """Those with something to ask about; ``ask_at`` moves on, so that a second asker finds others.

    Not those that a worker holds: it says itself, when it gives them back, what is left to ask.
    A lease that seems to have run out is taken away: if its worker is alive after all, and only a
    clock jumped, it stops as soon as it sees that.
    """
    unheld = Q(leased_until=None) | Q(leased_until__lte=now)
    due = Batch.objects.filter(unheld, ask_at__lte=now).order_by("ask_at", "pk")
    claimed = list(due.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCHES])
    Batch.objects.filter(pk__in=claimed).update(
        leased_by="", leased_until=None, ask_at=now + ASK_AGAIN
    )
    _doubt_the_abandoned(claimed, now)
    return claimed


def _settle(batches: Collection[int]) -> int:
    now = timezone.now()
    claimed = _claim(batches, now)
    faults: list[Exception] = []
    claimed.sort(key=lambda one: (one.channel, one.dispatch_id))
    for (name, dispatch), group in groupby(claimed, lambda one: (one.channel, one.dispatch_id)):
        try:
            _ask(name, dispatch, list(group))
        except Exception as fault:  # noqa: BLE001 - the others would wait for it again and again
            faults.append(fault)
    give_up(batches, now)
    plan(batches)
    if faults:
        raise ExceptionGroup("not all could be asked about", faults)
    return len(claimed)


def _doubt_the_abandoned(batches: Collection[int], now: datetime) -> None:
    """Still marked ``sending``, but nobody holds their batch: their worker died, or lost it.

    Called while the batches are locked, so that nobody marks anything in them meanwhile. The rows
    are locked in key order, as whoever records does. The state is asked for in the UPDATE again,
    or a callback that comes just now would be overwritten: see ``withdrawal.withdraw``.
    """
    sending = Delivery.objects.filter(batch__in=batches, state=State.SENDING).order_by("pk")
    abandoned = list(sending.select_for_update(no_key=True).values_list("pk", flat=True))
    if abandoned:
        Delivery.objects.filter(pk__in=abandoned, state=State.SENDING).update(
            state=State.IN_DOUBT, due_at=now + LETTING_GO
        )


@transaction.atomic
def _claim(batches: Collection[int], now: datetime) -> list[Delivery]:
    """Those to ask about now; ``due_at`` moves on, so that a second asker finds others."""
    rows = Delivery.objects.filter(to_ask_about(batches, now)).select_related("subscriber")
    oldest = rows.order_by("sending_at", "pk").select_for_update(skip_locked=True, of=("self",))
    claimed = list(oldest[:AT_ONCE])
    if claimed:
        _ask_later(claimed, now)
    return claimed


ASK_LATER = """
UPDATE dispatch_delivery SET due_at = later.due_at
FROM {rows} WHERE dispatch_delivery.id = later.id AND {among}
"""


def _ask_later(claimed: Collection[Delivery], now: datetime) -> None:
    later = [(one.pk, arrays.instant(asked_next(one, now))) for one in claimed]
    rows = arrays.rows("later", id="bigint", due_at="timestamptz")
    sql = ASK_LATER.format(rows=rows, among=arrays.among("dispatch_delivery.id"))
    keys = [(one.pk,) for one in claimed]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*arrays.values(later), *arrays.values(keys)])


def _ask(name: str, dispatch: int, deliveries: list[Delivery]) -> None:
    channel = channels().get(name)
    if channel is None:
        return
    asked = Dispatch.objects.select_related("update").get(pk=dispatch)
    notice = asked.notice
    others: dict[str, tuple[str, ...]] = {}
    if notice.number > 1:
        others = earlier_messages(asked, name, [one.address for one in deliveries])
    reached = list(_recipients(channel, deliveries, others))
    try:
        tries = {one.pk: one.attempts for one in deliveries}
        put_down(Delivery, tries, channel.look_up(notice, reached))
    except ChannelError as error:
        log.warning("could not ask %s what became of messages: %s", channel.name, error)


def _recipients(
    channel: Channel, deliveries: list[Delivery], others: Mapping[str, tuple[str, ...]]
) -> Iterator[Recipient]:
    """Whom we can still ask about; a person who was erased is nobody's doubt any more.

    Of a number that cannot be read nobody can ask until the keys are back. others: by address, ids
    of messages that brought it something else.
    """
    earlier = earlier_tries(delivery.pk for delivery in deliveries)
    for delivery in deliveries:
        address, person = delivery.address, delivery.subscriber
        try:
            if channel.addressed_by == AddressedBy.SUBSCRIBER:
                address = phone(person.phone_cipher if person else None)
        except Unreachable as reason:
            if str(reason) == "erased" and delivery.state == State.IN_DOUBT:
                record([Receipt(delivery.reference, Outcome.FAILED, error="erased")])
            continue
        yield Recipient(
            address,
            delivery.reference,
            delivery.language,
            provider=delivery.provider,
            earlier=earlier.get(delivery.pk, ()) + others.get(delivery.address, ()),
        )
