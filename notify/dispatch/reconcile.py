"""Messages of which nobody here knows whether the provider took them: ask, and only then decide.

In doubt are those whose answer was lost, and those whose worker died between marking and
recording. A callback may settle them first. What the provider certainly does not have is queued
again; it is never sent again blindly.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby

from django.db.models import Q, QuerySet
from django.utils import timezone

from notify.channels.base import Channel, ChannelError, Recipient
from notify.channels.registry import channels
from notify.dispatch.models import Delivery, State
from notify.dispatch.record import record
from notify.dispatch.send import recipient_of
from notify.residents.secrecy import Undecryptable

log = logging.getLogger(__name__)

SETTLING = timedelta(seconds=20)
"""How long a callback gets to settle the doubt, and the provider's list to show the message."""
ASK_AGAIN = timedelta(seconds=60)
"""How long an asker has before another may ask about the same message."""
AT_ONCE = 100
"""Messages asked about per call."""


def reconcile() -> int:
    """Ask about the messages longest in doubt; returns how many were asked about."""
    now = timezone.now()
    _doubt_the_abandoned(now)
    claimed = _claim(now)
    claimed.sort(key=lambda one: (one.channel, one.dispatch_id))
    for (name, _dispatch), group in groupby(claimed, lambda one: (one.channel, one.dispatch_id)):
        channel = channels().get(name)
        if channel is not None:
            _ask(channel, list(group))
    return len(claimed)


def _doubt_the_abandoned(now: datetime) -> None:
    """Still marked ``sending``, but nobody holds their batch: their worker died."""
    abandoned = Q(batch__leased_until=None) | Q(batch__leased_until__lte=now)
    Delivery.objects.filter(abandoned, state=State.SENDING, sending_at__lte=now - SETTLING).update(
        state=State.IN_DOUBT, due_at=now
    )


def _claim(now: datetime) -> list[Delivery]:
    """Those to ask about now; ``due_at`` moves on, so that a second asker finds others."""
    doubtful = Delivery.objects.filter(
        state=State.IN_DOUBT, due_at__lte=now, sending_at__lte=now - SETTLING
    )
    keys = list(doubtful.order_by("sending_at").values_list("pk", flat=True)[:AT_ONCE])
    mine = [key for key in keys if _take(doubtful, key, now)]
    return list(
        Delivery.objects.filter(pk__in=mine).select_related("subscriber", "dispatch", "batch")
    )


def _take(doubtful: QuerySet[Delivery], key: int, now: datetime) -> bool:
    return bool(doubtful.filter(pk=key).update(due_at=now + ASK_AGAIN))


def _ask(channel: Channel, deliveries: list[Delivery]) -> None:
    recipients = list(_recipients(deliveries))
    try:
        record(channel.look_up(deliveries[0].dispatch.notice, recipients))
    except ChannelError as error:
        log.warning("could not ask %s about messages in doubt: %s", channel.name, error)


def _recipients(deliveries: list[Delivery]) -> Iterator[Recipient]:
    for delivery in deliveries:
        try:
            yield recipient_of(delivery)
        except Undecryptable:
            log.error("delivery %s stays in doubt: its phone cannot be decrypted", delivery.pk)
