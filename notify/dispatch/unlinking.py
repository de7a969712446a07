"""Clearing from the ledger whom a message was for. What became of it stays, and so do all counts."""

from __future__ import annotations

from django.db.models import CharField, F, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from notify.dispatch.models import Delivery, EarlierTry

NOBODY = "~"
"""What begins an address that stands for nobody: no key of a subscriber and no area's code does."""


def unlink(deliveries: QuerySet[Delivery]) -> int:
    """Clear the link to the person from deliveries to people; returns how many had one.

    The provider's names for the messages go too, since the provider knows whom they were for.
    A message that is still under way may bring its name in again; whoever clears a second time
    finds it. Call it in a transaction: the rows are locked in key order, as by everybody.
    """
    linked = deliveries.filter(Q(subscriber__isnull=False) | ~Q(provider_id="")).order_by("pk")
    keys = list(linked.select_for_update(of=("self",)).values_list("pk", flat=True))
    EarlierTry.objects.filter(delivery__in=keys).delete()
    Delivery.objects.filter(pk__in=keys).update(
        # One of its own for each: addresses are unique within a dispatch.
        address=Concat(Value(NOBODY), Cast(F("pk"), CharField())),
        subscriber=None,
        provider_id="",
    )
    return len(keys)
