"""Every task that is rung for exists, and every queue that is named is one of the settings'."""

from __future__ import annotations

from celery import Celery
from django.conf import settings

from config import celery_app
from config.celery import hear_systems, hear_upkeep
from notify.dispatch import bell
from notify.dispatch.models import UPKEEP, Queue


def test_every_bell_rings_for_a_task_that_exists() -> None:
    celery_app.loader.import_default_modules()
    for name in (bell.EXPAND, bell.SEND_BATCH, bell.SEND_DIRECT, bell.FOLD):
        assert name in celery_app.tasks


def test_what_beat_rings_for_exists() -> None:
    celery_app.loader.import_default_modules()
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        assert entry["task"] in celery_app.tasks


def test_the_ledger_and_the_workers_know_the_same_queues() -> None:
    assert {*Queue.values, UPKEEP} == set(settings.CELERY_TASK_QUEUES)
    assert settings.CELERY_TASK_DEFAULT_QUEUE in settings.CELERY_TASK_QUEUES


def test_every_worker_hears_upkeep_also_when_it_was_started_for_one_queue() -> None:
    app = Celery("another", set_as_current=False)
    app.conf.task_queues = settings.CELERY_TASK_QUEUES
    app.amqp.queues.select(["urgent"])

    hear_upkeep(app)

    assert sorted(app.amqp.queues.consume_from) == ["upkeep", "urgent"]


def test_other_systems_are_told_by_who_carries_what_is_routine_and_by_nobody_urgent() -> None:
    heard = {}
    for queue in ("urgent", "routine"):
        app = Celery("another", set_as_current=False)
        app.conf.task_queues = settings.CELERY_TASK_QUEUES
        app.amqp.queues.select([queue])
        hear_systems(app)
        heard[queue] = sorted(app.amqp.queues.consume_from)
    assert heard == {"urgent": ["urgent"], "routine": ["routine", "systems"]}
