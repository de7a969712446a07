"""Waking workers. A bell that nobody hears loses nothing: the sweeper finds the work in the ledger.

Tasks are named, not imported, so that whoever rings need not know what the task does.
"""

from __future__ import annotations

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

EXPAND = "notify.dispatch.tasks.expand"
SEND_BATCH = "notify.dispatch.tasks.send_batch"
SEND_DIRECT = "notify.dispatch.tasks.send_direct"
FOLD = "notify.dispatch.tasks.fold"
RENEW = "notify.dispatch.tasks.renew"

FORGOTTEN_AFTER = 60
"""Seconds after which an unheard bell is dropped, so that bells never pile up behind a backlog."""

IMPATIENT = {
    "socket_timeout": 1,
    "socket_connect_timeout": 1,
    "retry_on_timeout": False,
    "max_retries": 0,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
}
"""A person waits for whoever rings. With the workers' patience a Redis that refuses holds them for
6 seconds, and one that hangs for 10; with this, for none and for 1."""


def ring(task: str, *args: object, queue: str, times: int = 1, after: float = 0.0) -> None:
    """Wake ``times`` workers of a queue once the open transaction has committed.

    after: seconds that the bell lies with a worker, who does something else meanwhile.
    Never raises: whoever publishes must not fail because Redis is away.
    """
    if times:
        # Robust: what is committed is done, and must not look failed whatever is wrong here.
        transaction.on_commit(lambda: _ring_now(task, args, queue, times, after), robust=True)


def _ring_now(task: str, args: tuple[object, ...], queue: str, times: int, after: float) -> None:
    try:
        # A connection of its own (some milliseconds), because those of the pool are patient.
        with (
            current_app.connection_for_write(transport_options=IMPATIENT) as line,
            current_app.amqp.Producer(line) as producer,
        ):
            for _bell in range(times):
                current_app.send_task(
                    task,
                    args=args,
                    queue=queue,
                    expires=FORGOTTEN_AFTER,
                    countdown=after or None,
                    producer=producer,
                )
    except (OperationalError, RedisError, OSError):
        log.warning(
            "no bell for %s on %s: the broker is away, the sweeper will find it", task, queue
        )
