"""When to ask the provider about messages that nobody has spoken of, and when to stop asking.

Each batch says when something in it is next to be asked about (``ask_at``): one small index for
the sweeper, and none on deliveries that every change of their state would have to touch.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, DateTimeField, F, Min, Q
from django.db.models.functions import Greatest
from django.utils import timezone

from notify.dispatch.models import NO_RECEIPT, NOBODY_KNOWS, Batch, Delivery, State

LETTING_GO = timedelta(seconds=55)
"""How long what was found abandoned rests before anybody asks, so that it cannot arrive in between.
Its worker may live, and only a clock have jumped, or it stands still: what it has in hand may leave
for 35 s after it last knew its lease (``permit.LEAVES_WITHIN``), and settles in 20 s."""
ASK_AGAIN = timedelta(seconds=60)
"""How long an asker has before another may ask about the same message in doubt."""
RARELY = timedelta(minutes=10)
"""How long the waits between two questions about a doubt grow at most."""
DOUBTED_FOR = timedelta(hours=24)
"""After this a message in doubt is given up: it is never sent again, and nobody can say more."""

OVERDUE = timedelta(minutes=10)
"""How long a message may be ``sent`` before its provider is asked what became of it."""
MOST_RARELY = timedelta(hours=6)
"""How long the waits between two such questions grow at most."""
HEARD_OF_FOR = timedelta(hours=36)
"""After this a message that is still ``sent`` stays so. Providers try for 10 hours at most
(Twilio's longest ValidityPeriod, 36,000 s), and their last word may take as long again."""


def to_ask_about(batches: Collection[int], now: datetime) -> Q:
    """Deliveries of these batches whose provider is to be asked now."""
    silent = Q(state=State.SENT, final_at=None, sent_at__lte=now - OVERDUE)
    return Q(batch__in=batches, due_at__lte=now) & (Q(state=State.IN_DOUBT) | silent)


def asked_next(delivery: Delivery, now: datetime) -> datetime:
    """When to ask again about a delivery that is asked about now: in ever longer waits."""
    if delivery.state == State.SENT and delivery.sent_at is not None:
        wait = min(MOST_RARELY, max(OVERDUE, now - delivery.sent_at))
        return min(now + wait, max(now, delivery.sent_at + HEARD_OF_FOR))
    since = delivery.sending_at or now
    return now + min(RARELY, max(ASK_AGAIN, (now - since) / 2))


def give_up(batches: Collection[int], now: datetime) -> None:
    """End what was asked about for long enough, as honestly as it can be said.

    What was sent stays sent: whoever has it must hear the all-clear. What was in doubt has failed,
    as far as anybody can know, and is never sent again.
    """
    rows = Delivery.objects.filter(batch__in=batches, final_at=None)
    rows.filter(state=State.SENT, sent_at__lte=now - HEARD_OF_FOR).update(
        final_at=now, error=NO_RECEIPT
    )
    rows.filter(state=State.IN_DOUBT, sending_at__lte=now - DOUBTED_FOR).update(
        state=State.FAILED, final_at=now, error=NOBODY_KNOWS
    )


def next_ask(batch: int) -> datetime | None:
    """When something in the batch is next to be asked about; None when nothing is.

    For a batch that nobody holds: what is still marked ``sending`` in it is abandoned.
    """
    found = Delivery.objects.filter(batch=batch, final_at=None).aggregate(
        abandoned=Count("pk", filter=Q(state=State.SENDING)),
        doubted=Min("due_at", filter=Q(state=State.IN_DOUBT)),
        silent=Min(
            Greatest(F("sent_at") + OVERDUE, F("due_at"), output_field=DateTimeField()),
            filter=Q(state=State.SENT),
        ),
    )
    # They become doubts at once, and rest as such.
    if found.pop("abandoned"):
        return timezone.now()
    return min((at for at in found.values() if at), default=None)


@transaction.atomic
def plan(batches: Collection[int]) -> None:
    """Note when each of these batches is next to be asked about, unless a worker has it by now."""
    unheld = Q(leased_until=None) | Q(leased_until__lte=timezone.now())
    rows = Batch.objects.filter(unheld, pk__in=batches).order_by("pk")
    for key in rows.select_for_update(no_key=True).values_list("pk", flat=True):
        Batch.objects.filter(pk=key).update(ask_at=next_ask(key))
