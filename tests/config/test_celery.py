"""Every task that is rung for exists, and every queue that is named is one of the settings'."""

from __future__ import annotations

from django.conf import settings

from config import celery_app
from notify.dispatch import bell
from notify.dispatch.models import Queue


def test_every_bell_rings_for_a_task_that_exists() -> None:
    celery_app.loader.import_default_modules()
    for name in (bell.EXPAND, bell.SEND_BATCH, bell.SEND_DIRECT):
        assert name in celery_app.tasks


def test_what_beat_rings_for_exists() -> None:
    celery_app.loader.import_default_modules()
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        assert entry["task"] in celery_app.tasks


def test_the_ledger_and_the_workers_know_the_same_queues() -> None:
    assert set(Queue.values) == set(settings.CELERY_TASK_QUEUES)
    assert settings.CELERY_TASK_DEFAULT_QUEUE in settings.CELERY_TASK_QUEUES
