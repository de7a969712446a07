"""Where the feeds are that an update changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.conf import settings
from django.urls import reverse

from notify.channels.feeds.formats import Format
from notify.channels.feeds.models import EntryArea
from notify.channels.notice import Notice
from notify.channels.registry import directory


def changed_by(notice: Notice) -> list[str]:
    """The absolute address of every feed that the notice changes, in each language and format.

    The feed of everything; those of its areas, of what they lie in and of their parts; that of its service,
    and those of the service in each area. Also where the alert was told of before: there its
    entries are marked, or have a successor. Calendars only where planned work is or was told of.
    Three statements.
    """
    earlier = EntryArea.objects.filter(entry__story__alert=notice.alert).values_list(
        "path", "entry__service", "entry__notice_json__urgency"
    )
    before = list(earlier.distinct())
    paths = {place.path for place in notice.places} | {path for path, *_rest in before}
    services = {notice.service} | {service for _path, service, _urgency in before}
    planned = notice.planned or any(urgency == "Future" for *_rest, urgency in before)
    formats = [form for form in Format if planned or form is not Format.ICS]
    scopes = list(_scopes(directory().related(sorted(paths)), directory().services(services)))
    return [
        settings.PUBLIC_URL
        + reverse(f"feeds:{name}", kwargs={**scope, "language": language, "suffix": form.value})
        for name, scope in scopes
        for language, _name in settings.LANGUAGES
        for form in formats
    ]


def _scopes(codes: Iterable[str], slugs: Iterable[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """The routes of the feeds with what each is about."""
    slugs = sorted(slugs)
    yield "all", {}
    yield from (("service", {"slug": slug}) for slug in slugs)
    for code in codes:
        yield "area", {"code": code}
        yield from (("area_service", {"code": code, "slug": slug}) for slug in slugs)
