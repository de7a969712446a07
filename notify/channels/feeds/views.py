"""Feeds over HTTP. Each address says its language and scope, so one copy serves everybody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from notify.channels import cached
from notify.channels.feeds import selectors
from notify.channels.feeds.formats import Format, Head, Item
from notify.channels.feeds.render import render
from notify.channels.feeds.selectors import Listed, Scope
from notify.channels.registry import KnownPlace, directory


@require_safe
def feed(
    request: HttpRequest, language: str, suffix: str, code: str = "", slug: str = ""
) -> HttpResponse:
    """The feed of an area, a service, both or neither; 404 with a sentence for what is unknown."""
    if language not in dict(settings.LANGUAGES):
        return _unknown_language()
    with translation.override(language):
        try:
            subject = _subject(suffix, code, slug)
        except Unknown as unknown:
            return cached.refusal(str(unknown), language=language)
        return _answer(request, language, subject)


class Unknown(Exception):
    """There is no such feed. ``str()`` says why, in the active language."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What an address asks for. service: its names by language."""

    format: Format
    scope: Scope
    area: KnownPlace | None
    service: dict[str, str] | None


def _subject(suffix: str, code: str, slug: str) -> Subject:
    """Raises Unknown."""
    if suffix not in list(Format):
        known = ", ".join(Format)
        raise Unknown(_("Feeds come in these formats: %(formats)s.") % {"formats": known})
    area = directory().area(code) if code else None
    if code and not area:
        raise Unknown(_("There is no area with the code “%(code)s”.") % {"code": code})
    service = directory().service(slug) if slug else None
    if slug and not service:
        raise Unknown(_("There is no service with the name “%(name)s”.") % {"name": slug})
    form = Format(suffix)
    path = area.path if area else ""
    return Subject(form, Scope(slug, path, planned=form == Format.ICS), area, service)


def _answer(request: HttpRequest, language: str, subject: Subject) -> HttpResponse:
    entries, left = selectors.listed(subject.scope, timezone.now())
    head = Head(
        format=subject.format,
        language=language,
        title=_title(subject, language),
        subtitle=_("Planned work, as it is announced.")
        if subject.scope.planned
        else _("Disruptions and planned work, as they are published."),
        publisher=settings.PUBLISHER_NAME,
        # Its own name, whatever query a reader appended.
        address=settings.PUBLIC_URL + request.path,
        page=settings.PUBLIC_URL + _page(),
        updated=_latest([entry.updated for entry in entries], left),
    )
    changed = _latest([entry.arrived for entry in entries], left)
    return cached.answer(
        request,
        _rendered(head, tuple(entries)),
        content_type=head.format.content_type,
        language=language,
        # What a newer word replaces leaves a calendar at once, and no date that is left says so.
        changed=None if subject.scope.planned else changed,
        links=head.links,
    )


@lru_cache(maxsize=128)
def _rendered(head: Head, entries: tuple[Listed, ...]) -> bytes:
    """The bytes of a feed. What it is keyed by says all that they depend on: the rest is frozen."""
    told = selectors.frozen(entry.update for entry in entries)
    return render(head, [Item(entry, *told[entry.update]) for entry in entries])


def _latest(times: list[datetime], left: datetime | None) -> datetime | None:
    return max([*times, left] if left else times, default=None)


def _title(subject: Subject, language: str) -> str:
    """Whose feed about what: "Driftinformation: Dricksvatten, Äspered"."""
    parts = [_("Planned work")] if subject.scope.planned else []
    if names := subject.service:
        parts.append(names.get(language) or names.get(settings.LANGUAGE_CODE) or "")
    if subject.area:
        parts.append(subject.area.name)
    return ": ".join(filter(None, [settings.PUBLISHER_NAME, ", ".join(filter(None, parts))]))


def _page() -> str:
    """The residents' page."""
    return reverse("portal:home")


def _unknown_language() -> HttpResponse:
    known = ", ".join(code for code, _name in settings.LANGUAGES)
    language = settings.LANGUAGE_CODE
    with translation.override(language):
        sentence = _("Feeds come in these languages: %(languages)s.") % {"languages": known}
    return cached.refusal(sentence, language=language)
