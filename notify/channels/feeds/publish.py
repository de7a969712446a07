"""Putting a notice on record, so that every feed it belongs to shows it from now on."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.db import transaction
from django.utils import timezone

from notify.channels.corrected import put_down
from notify.channels.feeds.cap.freeze import freeze
from notify.channels.feeds.geometry import Geometry, outermost
from notify.channels.feeds.models import Correction, Ending, Entry, EntryArea, Story
from notify.channels.kept import generation as kept
from notify.channels.notice import Notice, Place
from notify.channels.registry import directory
from notify.channels.texts import clean_json


def publish(notice: Notice, places: Sequence[Place]) -> None:
    """Show the notice in the feeds of these places.

    Doing it again changes nothing. Two workers with different places of one notice, or with two
    notices of one alert in the wrong order, come to the same result.
    """
    with transaction.atomic():
        entry, new = Entry.objects.get_or_create(
            update=notice.update,
            defaults={
                "story": _story(notice),
                "number": notice.number,
                "service": notice.service,
                "notice_json": clean_json(notice.to_json()),
                "outlines": partial(_outlines, notice),
                "sent": notice.sent,
            },
        )
        if new:
            freeze(entry, notice)
        kept.turn("feeds")
        known = set(entry.areas.values_list("code", flat=True))
        added = [place for place in places if place.code not in known]
        EntryArea.objects.bulk_create(
            [EntryArea(entry=entry, code=place.code, path=place.path) for place in added],
            ignore_conflicts=True,
        )
        if added and not new:
            Entry.objects.filter(pk=entry.pk).update(arrived_at=timezone.now())


def correct(notice: Notice) -> None:
    """Show the notice's entry in its corrected words from now on. Archives and CAP documents stay as they are."""
    put_down(Correction, notice)
    kept.turn("feeds")


def _outlines(notice: Notice) -> list[Geometry]:
    """The outlines of the notice's places, in their order, as they are now."""
    codes = [place.code for place in outermost(notice.places)]
    known = directory().outlines(codes)
    return [known[code] for code in codes if code in known]


def _story(notice: Notice) -> Story:
    """The story of the notice's alert, told at least as far as this notice."""
    now = {
        "number": notice.number,
        "ending": Ending(notice.ending),
        "over_at": notice.sent if notice.ends_alert else notice.lapses,
        "arrived_at": timezone.now(),
    }
    story, new = Story.objects.get_or_create(alert=notice.alert, defaults=now)
    if not new:
        Story.objects.filter(pk=story.pk, number__lt=notice.number).update(**now)
        story.refresh_from_db(fields=["number"])
    return story
