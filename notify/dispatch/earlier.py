"""Telling what is said of an earlier message from what is said of this one.

A person may have a failed message tried again (``control``). The provider then knows two messages
under one reference of ours, and may still speak of the first: a callback that comes twice, a status
that comes late. Taken for the present try, "failed" would end a message that is on its way, and
"sent" would keep one from ever leaving. Nor is a message that brought an earlier update with the same
words the one that is asked about.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from django.db import connection

from notify.channels.base import Outcome, Receipt
from notify.dispatch import arrays
from notify.dispatch.models import TOLD, Delivery, Dispatch


def present_only(receipts: Sequence[tuple[int, Receipt]]) -> list[tuple[int, Receipt]]:
    """The receipts (by key of their delivery) that do not speak of an earlier try. One statement.

    "Delivered" always counts: whichever try it was, the person has the words.
    """
    said = [pair for pair in receipts if pair[1].provider_id]
    earlier = earlier_tries(key for key, _receipt in said)
    return [
        (key, one)
        for key, one in receipts
        if one.outcome == Outcome.DELIVERED or one.provider_id not in earlier.get(key, ())
    ]


TRIES = """
SELECT delivery_id, provider_id FROM dispatch_earliertry
WHERE {among} ORDER BY id
"""


def earlier_tries(deliveries: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """The provider's ids of the earlier tries of those deliveries that have any. One statement."""
    keys = [(key,) for key in deliveries]
    found: dict[int, tuple[str, ...]] = defaultdict(tuple)
    if keys:
        with connection.cursor() as cursor:
            cursor.execute(TRIES.format(among=arrays.among("delivery_id")), arrays.values(keys))
            for key, its_id in cursor.fetchall():
                found[key] += (its_id,)
    return dict(found)


def earlier_dispatches(dispatch: Dispatch) -> list[int]:
    """The keys of those of earlier updates of the same alert. One statement."""
    same = Dispatch.objects.filter(update__alert=dispatch.update.alert_id, pk__lt=dispatch.pk)
    return list(same.values_list("pk", flat=True))


def told_by(channel: str, dispatch: Dispatch) -> set[str]:
    """The addresses that earlier updates of the same alert may have reached. Two statements, or none."""
    if dispatch.update.number == 1:
        return set()
    told = Delivery.objects.filter(TOLD, dispatch__in=earlier_dispatches(dispatch), channel=channel)
    return set(told.order_by().values_list("address", flat=True))


def earlier_messages(
    dispatch: Dispatch, channel: str, addresses: Collection[str]
) -> dict[str, tuple[str, ...]]:
    """The provider's ids of what earlier updates of the alert brought to these addresses.

    An SMS names its alert, so no other can have the same words. Asked by dispatch and address, which
    one index answers whatever the planner believes of the table.
    """
    brought = Delivery.objects.filter(
        dispatch__in=earlier_dispatches(dispatch), channel=channel, address__in=addresses
    ).exclude(provider_id="")
    found: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for address, its_id in brought.order_by().values_list("address", "provider_id"):
        found[address] += (its_id,)
    return dict(found)
