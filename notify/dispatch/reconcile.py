"""Messages of which nobody here knows whether the provider took them: ask, and only then decide.

In doubt are those whose answer was lost, and those whose worker died between marking and
recording. A callback may settle them first. What the provider certainly does not have is queued
again; it is never sent again blindly.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from notify.channels.base import Channel, ChannelError, Outcome, Receipt, Recipient
from notify.channels.registry import channels
from notify.dispatch.earlier import earlier_tries
from notify.dispatch.models import Delivery, State
from notify.dispatch.record import SETTLING, record
from notify.dispatch.send import Unreachable, recipient_of

log = logging.getLogger(__name__)

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
    """Still marked ``sending``, but nobody holds their batch: their worker died.

    The state is asked for twice, or a callback that comes just now would be overwritten: see
    ``record.withdraw``.
    """
    sending = Delivery.objects.filter(state=State.SENDING, sending_at__lte=now - SETTLING)
    unheld = Q(batch__leased_until=None) | Q(batch__leased_until__lte=now)
    abandoned = sending.filter(unheld).order_by().values("pk")
    sending.filter(pk__in=abandoned).update(state=State.IN_DOUBT, due_at=now)


@transaction.atomic
def _claim(now: datetime) -> list[Delivery]:
    """Those to ask about now; ``due_at`` moves on, so that a second asker finds others."""
    doubtful = Delivery.objects.filter(
        state=State.IN_DOUBT, due_at__lte=now, sending_at__lte=now - SETTLING
    )
    rows = doubtful.select_related("subscriber", "dispatch").order_by("sending_at", "pk")
    claimed = list(rows.select_for_update(skip_locked=True, of=("self",))[:AT_ONCE])
    Delivery.objects.filter(pk__in=[one.pk for one in claimed]).update(due_at=now + ASK_AGAIN)
    return claimed


def _ask(channel: Channel, deliveries: list[Delivery]) -> None:
    reached = list(_recipients(channel, deliveries))
    try:
        record(channel.look_up(deliveries[0].dispatch.notice, reached))
    except ChannelError as error:
        log.warning("could not ask %s about messages in doubt: %s", channel.name, error)


def _recipients(channel: Channel, deliveries: list[Delivery]) -> Iterator[Recipient]:
    """Whom we can still ask about; a person who was erased is nobody's doubt any more."""
    earlier = earlier_tries(delivery.pk for delivery in deliveries)
    for delivery in deliveries:
        try:
            yield replace(recipient_of(delivery, channel), earlier=earlier.get(delivery.pk, ()))
        except Unreachable as reason:
            if str(reason) == "erased":
                record([Receipt(delivery.reference, Outcome.FAILED, error="erased")])
            else:
                log.error("delivery %s stays in doubt: %s", delivery.pk, reason)
