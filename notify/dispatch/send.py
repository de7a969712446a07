"""Working through a batch: lease it, mark a handful, send it, record what became of it, again.

The next handful is marked, and the next batch of the fan-out leased, while the last one leaves, and
outcomes are put down meanwhile, so that the provider never waits for our database. No transaction
is open while a provider is asked. A worker that dies leaves its leases to run out and what it had
marked ``sending``; the sweeper gives its batches to others, and asks the provider about the marked
ones instead of sending them again.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils import timezone

from notify.channels.base import Channel, ChannelError, Outcome, Receipt, Recipient
from notify.channels.notice import Notice
from notify.channels.registry import channels
from notify.dispatch import bell
from notify.dispatch.answers import put_down
from notify.dispatch.handful import Unreachable, take
from notify.dispatch.lease import Held, lease, release, renew
from notify.dispatch.models import Delivery
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
worker (another fan-out, the sweep) gets its turn."""
BACK_OFF = timedelta(seconds=30)
"""How long a batch rests whose channel broke down: each try leaves a handful in doubt."""


def send_next_batch(queue: str) -> bool:
    """Lease the next due batch of a queue and work through it; False if there is none.

    Those of the same fan-out that are next in line follow it, until the turn is over. Running it
    twice, or on two workers at once, is harmless: a lease has one holder.
    """
    if stopping():
        bell.ring(bell.SEND_BATCH, queue, queue=queue)
        return False
    worker = uuid.uuid4().hex
    first = lease(queue, worker)
    if first is None:
        return False
    held, name = [first], first.batch.channel
    channel = channels().get(name)
    rests_until = timezone.now() + BACK_OFF
    try:
        if channel is None:
            log.error("batch %s waits: channel %s is switched off", first.batch.pk, name)
        else:
            _work_through(held, channel)
            rests_until = timezone.now()
    except ChannelError as error:
        log.warning("batch %s waits: %s cannot send: %s", held[-1].batch.pk, name, error)
    finally:
        for one in held:
            release(one, not_before=rests_until)
    return True


def _work_through(held: list[Held], channel: Channel) -> None:
    """Send handful after handful and put down each outcome, until nothing is left or another's turn.

    held: the first batch; those that follow it are added. Whatever the channel leaves without a
    receipt stays ``sending``, and so is asked about later.
    """
    notice = held[0].batch.dispatch.notice
    said = _Said()
    renewed = recorded = timezone.now()
    try:
        for receipt in channel.send(notice, _drawn(held, notice, channel, said)):
            if receipt is not None:
                said.outcomes.append(receipt)
            now = timezone.now()
            # A clock that jumps back must not keep us from either for as long as it jumped.
            if abs(now - renewed) >= RENEW_AFTER:
                if not all(renew(one) for one in held):
                    return
                renewed = now
            if len(said.outcomes) >= RECORD_AT or abs(now - recorded) >= RECORD_AFTER:
                said.put_down()
                recorded = timezone.now()
    finally:
        said.put_down()


@dataclass(slots=True)
class _Said:
    """What is not in the ledger yet. tries: by key of those taken, which try of theirs this is."""

    outcomes: list[Receipt] = field(default_factory=list)
    tries: dict[int, int] = field(default_factory=dict)

    def put_down(self) -> None:
        put_down(Delivery, self.tries, self.outcomes)
        self.outcomes.clear()


def _drawn(held: list[Held], notice: Notice, channel: Channel, said: _Said) -> Iterator[Recipient]:
    """Take handful after handful out of the ledger, as the channel has room for more.

    held: is told which batch comes next. said: is told which try it is, and of those whom nobody
    can write to.
    """
    until = time.monotonic() + TURN
    while True:
        last = held[-1]
        handful = take(last, notice, channel)
        if handful is None:
            following = lease(last.batch.queue, last.worker, after=last.batch)
            if following is None:
                return
            held.append(following)
        for message in handful or ():
            said.tries[message.key] = message.attempts + 1
            try:
                yield message.recipient(channel, last.permit)
            except Unreachable as reason:
                said.outcomes.append(Receipt(message.reference, Outcome.FAILED, error=str(reason)))
        if stopping() or time.monotonic() >= until:
            return
