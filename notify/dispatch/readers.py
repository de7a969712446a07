"""When what everybody reads has changed, and who renders it again (``notify/channels/kept``)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from notify.alerts.models import Alert, Area, Service
from notify.alerts.vocabulary import State
from notify.channels.kept import renewal
from notify.channels.kept.generation import turn, turned
from notify.dispatch import bell
from notify.dispatch.models import UPKEEP


@receiver([post_save, post_delete], sender=Alert)
def alert_changed(*, instance: Alert, **_kwargs: Any) -> None:
    """A draft is nobody's to read."""
    if instance.state != State.DRAFT:
        turn("alerts")


@receiver([post_save, post_delete], sender=Area)
@receiver([post_save, post_delete], sender=Service)
def names_changed(**_kwargs: Any) -> None:
    """What areas and services are called, and which there are, shows everywhere."""
    turn(*settings.KEPT_TOPICS)


@receiver(turned)
def wake_a_worker(*, topic: str, **_kwargs: object) -> None:
    """Ring for a worker to render ahead of those who ask."""
    if renewal.behind(topic):
        bell.ring(bell.RENEW, topic, queue=UPKEEP)


def ring_for_readers() -> None:
    """Ring for what is of an old generation: its bell, or its worker, was lost."""
    for topic in settings.KEPT_TOPICS:
        wake_a_worker(topic=topic)
