"""Putting a notice on record, so that every banner it belongs to shows it from now on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from notify.channels.banners import bell
from notify.channels.banners.models import Correction, Item, ItemArea
from notify.channels.corrected import put_down
from notify.channels.kept import generation as kept
from notify.channels.notice import Notice, Place
from notify.channels.texts import clean_json

FAREWELL = timedelta(hours=1)
"""How long a banner says that something is fixed, or was sent in error, before it goes."""


def publish(notice: Notice, places: Sequence[Place]) -> None:
    """Show the notice in the banners of these places, in the place of what the alert said before.

    Doing it again changes nothing, and a notice that is older than the one shown changes nothing.
    """
    with transaction.atomic():
        item = _item(notice)
        if item.number > notice.number:
            return
        shown = ItemArea.objects.filter(item=item, number=notice.number)
        known = set(shown.values_list("code", flat=True))
        added = [place for place in places if place.code not in known]
        ItemArea.objects.bulk_create(
            [
                ItemArea(item=item, number=notice.number, code=place.code, path=place.path)
                for place in added
            ],
            ignore_conflicts=True,
        )
        if added:
            # Before the bell: whoever hears it finds what is new.
            kept.turn("banners")
            bell.ring()
        if added and known:
            Item.objects.filter(pk=item.pk).update(arrived_at=timezone.now())


def correct(notice: Notice) -> None:
    """Show the notice in its corrected words: open pages redraw it, and announce nothing.

    Its number stays, by which pages know what they have announced and what a visitor has closed.
    """
    put_down(Correction, notice)
    kept.turn("banners")
    bell.ring()


def _item(notice: Notice) -> Item:
    """The alert's item, saying this notice unless it says a later one."""
    now = {
        "number": notice.number,
        "service": notice.service,
        "notice_json": clean_json(notice.to_json()),
        "until": until(notice),
        "arrived_at": timezone.now(),
    }
    item, new = Item.objects.get_or_create(alert=notice.alert, defaults=now)
    if not new and Item.objects.filter(pk=item.pk, number__lt=notice.number).update(**now):
        item.number = notice.number
    return item


def until(notice: Notice) -> datetime | None:
    """When the notice leaves the banners by itself; None if it stays until it is replaced."""
    return notice.sent + FAREWELL if notice.ends_alert else notice.lapses
