"""How a worker takes it that its broker is gone: it waits for it to come back, whatever it holds."""

from __future__ import annotations

import logging
from typing import Any

from celery.worker.consumer import Consumer

log = logging.getLogger(__name__)


class LastingConsumer(Consumer):
    """Celery's own, which does not end the worker when the lost connection cannot be tidied up."""

    def __init__(self, *args: Any, **options: Any) -> None:
        """As its parent: but a task that ends after its connection did is a lost connection too.

        To acknowledge it, kombu 5.7 looks for the connection that it has taken apart.
        """
        super().__init__(*args, **options)
        self.connection_errors = (*self.connection_errors, AttributeError)  # type: ignore[has-type]

    def on_connection_error_after_connected(self, exc: Exception) -> None:
        """Close what is left of the connection, and connect anew.

        Where the broker dies while a task waits here for its time, kombu 5.7 wants to hand it back
        over the connection that it has just taken apart: an AttributeError, at which the worker
        would exit. Nothing is lost with that task: the ledger knows what is still to be done.
        """
        try:
            super().on_connection_error_after_connected(exc)
        except AttributeError:
            log.warning(
                "a task that waited for its time is lost with the connection: the sweep does its work"
            )
