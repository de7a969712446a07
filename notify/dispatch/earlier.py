"""Telling the words about an earlier try from those about the present one.

A person may have a failed message tried again (``control``). The provider then knows two messages
under one reference of ours, and may still speak of the first: a callback that comes twice, a status
that comes late. Taken for the present try, "failed" would end a message that is on its way, and
"sent" would keep one from ever leaving.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.db import connection

from notify.channels.base import Outcome, Receipt
from notify.dispatch import arrays


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
