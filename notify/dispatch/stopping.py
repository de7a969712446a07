"""Whether this worker was told to stop, as seen from the process that does the work.

On SIGTERM Celery's parent process stops taking tasks and waits for those that run; its children
learn nothing of it. They share a byte with it, so that a fan-out ends with the handful in flight
and not with the batch.
"""

from __future__ import annotations

import mmap

from celery.signals import worker_init, worker_shutting_down

# Anonymous and shared: children that are forked later see what the parent writes.
_told = mmap.mmap(-1, 1)


def stopping() -> bool:
    """Whether to end as soon as it can be done without harm."""
    return _told[0] == 1


@worker_shutting_down.connect
def stop(**_kwargs: object) -> None:
    """Tell this process and its children to stop. Runs inside a signal handler: one byte, no lock."""
    _told[0] = 1


@worker_init.connect
def start(**_kwargs: object) -> None:
    """Nobody was told to stop yet."""
    _told[0] = 0
