"""Putting down what is said about messages of which somebody else may know more by now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils import timezone

from notify.channels.base import Receipt
from notify.dispatch.again import FROM, queue_again
from notify.dispatch.models import Delivery, DirectMessage
from notify.dispatch.record import record


def put_down(
    table: type[Delivery] | type[DirectMessage],
    tries: Mapping[int, int],
    said: Iterable[Receipt],
) -> None:
    """Record what is said about messages, which are as they were when we sent or asked.

    tries: by key, how often each had been tried then. What leads back to the queue is about the
    try of then: whoever says it may be slow, or stand still for minutes with the answer in hand;
    if somebody has tried once more meanwhile, to believe it would send the message twice.
    """
    said = list(said)
    record(one for one in said if one.outcome not in FROM)
    # The references are our own, as we gave them to the channel.
    back = {int(one.reference[1:]): one for one in said if one.outcome in FROM}
    if back:
        queue_again(table, back, timezone.now(), tries=tries)
