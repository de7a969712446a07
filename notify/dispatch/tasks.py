"""Every Celery task: a bell that was heard. Each loads nothing, calls one step, and may run twice."""

from __future__ import annotations

from celery import shared_task

from notify.channels.kept import renewal
from notify.dispatch import direct, expand, inbox, retention, send
from notify.dispatch import sweep as sweeping


@shared_task(name="notify.dispatch.tasks.expand")
def expand_dispatch(dispatch_id: int) -> None:
    """Make the deliveries of a dispatch. Twice is harmless: a mark moves with each step."""
    expand.expand(dispatch_id)


@shared_task(name="notify.dispatch.tasks.send_batch")
def send_batch(queue: str) -> None:
    """Work through the next due batch of a queue. Twice is harmless: a batch has one holder."""
    send.send_next_batch(queue)


@shared_task(name="notify.dispatch.tasks.send_direct")
def send_direct() -> None:
    """Send the direct messages that wait. Twice is harmless: only queued ones are marked and sent."""
    direct.send_direct()


@shared_task(name="notify.dispatch.tasks.fold")
def fold() -> None:
    """Record the callbacks that have come in. Twice is harmless: receipts only move forward."""
    inbox.fold()


@shared_task(name="notify.dispatch.tasks.renew")
def renew(topic: str) -> None:
    """Render again what readers ask for. Twice is harmless: each document is claimed, and kept once."""
    renewal.renew(topic)


@shared_task(name="notify.dispatch.tasks.sweep")
def sweep() -> None:
    """Find what was lost. Twice is harmless: it rings bells and asks under a claim."""
    sweeping.sweep()


@shared_task(name="notify.dispatch.tasks.forget")
def forget() -> None:
    """Forget what has been kept for long enough. Twice is harmless: what is gone is not found."""
    retention.forget()
