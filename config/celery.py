"""The Celery application: two queues for fan-outs, one for other systems, one for upkeep, and a beat.

Tasks live in ``tasks.py`` of ``notify/dispatch`` and ``notify/intake``.
"""

from __future__ import annotations

import os

from celery import Celery
from celery.signals import celeryd_after_setup, setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("notify")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_logging(**_options: object) -> None:
    """Leave logging as the settings have it: Celery asks, and would otherwise set up its own."""


@celeryd_after_setup.connect
def listen(**_options: object) -> None:
    """Take what every worker does to the queues it was started for."""
    hear_upkeep(app)
    hear_systems(app)


def hear_upkeep(worker: Celery) -> None:
    """Let every worker sweep and fold, also one that was started for a single queue.

    On a queue of fan-outs the sweep would wait behind hundreds of batches, and expire.
    """
    queues = worker.amqp.queues
    queues.select_add(queues["upkeep"])


def hear_systems(worker: Celery) -> None:
    """Let whoever carries what is routine tell other systems too, in turns.

    Never who carries what is urgent: a system that does not answer would keep one of its few
    processes from people's SMS.
    """
    queues = worker.amqp.queues
    if "routine" in queues.consume_from:
        queues.select_add(queues["systems"])
