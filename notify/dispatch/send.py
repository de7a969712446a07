"""Working through a batch: lease it, mark a handful, send it, record what became of it, again.

The next handful is marked while the last one leaves, and outcomes are put down meanwhile, so that
the provider never waits for our database. No transaction is open while a provider is asked. A
worker that dies leaves its lease to run out and what it had marked ``sending``; the sweeper gives
the batch to another, and asks the provider about the marked ones instead of sending them again.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from notify.channels.base import Channel, ChannelError, Outcome, Receipt, Recipient
from notify.channels.notice import Notice
from notify.channels.registry import channels
from notify.dispatch import bell
from notify.dispatch.handful import Unreachable, take
from notify.dispatch.lease import lease, release, renew
from notify.dispatch.models import Batch
from notify.dispatch.record import record
from notify.dispatch.stopping import stopping

log = logging.getLogger(__name__)

RENEW_AFTER = timedelta(seconds=15)
"""When a worker renews its lease in the middle of a handful. A channel is silent for at most the
time it gives a provider to answer (20 s), so the two together must stay well below LEASE."""
RECORD_AFTER = timedelta(seconds=1)
"""How often the outcomes of a slow handful are put down: a crash leaves no more than these in doubt."""
RECORD_AT = 500
"""Outcomes that are put down at once even if they came within that time."""
TURN = 10.0
"""Seconds after which a worker gives the rest of its batch back and rings, so that whatever else waits for a
worker (a more urgent batch, the sweep) gets its turn."""
BACK_OFF = timedelta(seconds=30)
"""How long a batch rests whose channel broke down: each try leaves a handful in doubt."""


def send_next_batch(queue: str) -> bool:
    """Lease the next due batch of a queue and work through it; False if there is none.

    Running it twice, or on two workers at once, is harmless: a lease has one holder.
    """
    if stopping():
        bell.ring(bell.SEND_BATCH, queue, queue=queue)
        return False
    worker = uuid.uuid4().hex
    batch = lease(queue, worker)
    if batch is None:
        return False
    channel = channels().get(batch.channel)
    rests_until = timezone.now() + BACK_OFF
    try:
        if channel is None:
            log.error("batch %s waits: channel %s is switched off", batch.pk, batch.channel)
        else:
            _work_through(batch, worker, channel)
            rests_until = timezone.now()
    except ChannelError as error:
        log.warning("batch %s waits: %s cannot send: %s", batch.pk, batch.channel, error)
    finally:
        release(batch, worker, not_before=rests_until)
    return True


def _work_through(batch: Batch, worker: str, channel: Channel) -> None:
    """Send handful after handful and put down each outcome, until nothing is left or another's turn.

    Whatever the channel leaves without a receipt stays ``sending``, and so is asked about later.
    """
    notice = batch.dispatch.notice
    outcomes: list[Receipt] = []
    renewed = recorded = timezone.now()
    try:
        for receipt in channel.send(notice, _drawn(batch, worker, notice, channel, outcomes)):
            outcomes.append(receipt)
            now = timezone.now()
            if now - renewed >= RENEW_AFTER:
                if not renew(batch, worker):
                    return
                renewed = now
            if len(outcomes) >= RECORD_AT or now - recorded >= RECORD_AFTER:
                _put_down(outcomes)
                recorded = timezone.now()
    finally:
        _put_down(outcomes)


def _put_down(outcomes: list[Receipt]) -> None:
    record(outcomes)
    outcomes.clear()


def _drawn(
    batch: Batch, worker: str, notice: Notice, channel: Channel, outcomes: list[Receipt]
) -> Iterator[Recipient]:
    """Take handful after handful out of the ledger, as the channel has room for more.

    outcomes: of those whom nobody can write to.
    """
    until = time.monotonic() + TURN
    while (handful := take(batch, worker, notice, channel)) is not None:
        for message in handful:
            try:
                yield message.recipient(channel)
            except Unreachable as reason:
                outcomes.append(Receipt(message.reference, Outcome.FAILED, error=str(reason)))
        if stopping() or time.monotonic() >= until:
            return
