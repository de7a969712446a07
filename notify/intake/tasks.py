"""The Celery tasks of this room: a bell that was heard. Each may run twice."""

from __future__ import annotations

from celery import shared_task

from notify.intake.vma import poll as polling


@shared_task(name="notify.intake.tasks.poll_vma")
def poll_vma() -> None:
    """Fetch warnings. Twice is harmless: who claims the row asks, and a message is taken in once."""
    polling.poll()
