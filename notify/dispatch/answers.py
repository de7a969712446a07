"""Putting down what is said about messages of which somebody else may know more by now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils import timezone

from notify.channels.base import Receipt
from notify.dispatch.again import FROM, queue_again
from notify.dispatch.models import Delivery, DirectMessage
from notify.dispatch.record import record


def put_down(
    messages: Sequence[Delivery] | Sequence[DirectMessage], said: Iterable[Receipt]
) -> None:
    """Record what is said about these messages, which are as they were when we sent or asked.

    What leads back to the queue is about the try of then. Whoever says it may be slow, or stand
    still for minutes with the answer in hand; if somebody has tried once more meanwhile, to believe
    it would send the message twice.
    """
    said = list(said)
    record(one for one in said if one.outcome not in FROM)
    back = {one.reference: one for one in said if one.outcome in FROM}
    rows = [row for row in messages if row.reference in back]
    if rows:
        queue_again(
            type(rows[0]),
            {row.pk: back[row.reference] for row in rows},
            timezone.now(),
            tries={row.pk: row.attempts for row in rows},
        )
