"""Feeds over HTTP. Each address says its language and scope, so one copy serves everybody."""

from __future__ import annotations

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
from notify.channels.feeds.render import Format, Head, render
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
        area = directory().area(code) if code else None
        if code and not area:
            sentence = _("There is no area with the code “%(code)s”.") % {"code": code}
            return cached.refusal(sentence, language=language)
        service = directory().service(slug) if slug else None
        if slug and not service:
            sentence = _("There is no service with the name “%(name)s”.") % {"name": slug}
            return cached.refusal(sentence, language=language)
        title = _title(area, service, language)
        scope = Scope(service=slug, path=area.path if area else "")
        return _answer(request, Format(suffix), language, title, scope)


def _answer(
    request: HttpRequest, format_: Format, language: str, title: str, scope: Scope
) -> HttpResponse:
    now = timezone.now()
    entries = selectors.listed(scope, now)
    left = selectors.last_left(scope, now)
    head = Head(
        format=format_,
        language=language,
        title=title,
        subtitle=_("Disruptions and planned work, as they are published."),
        publisher=settings.PUBLISHER_NAME,
        # Its own name, whatever query a reader appended.
        address=settings.PUBLIC_URL + request.path,
        page=settings.PUBLIC_URL + _page(),
        updated=_latest([entry.updated for entry in entries], left),
    )
    return cached.answer(
        request,
        _rendered(head, tuple(entries)),
        content_type=f"{format_.media_type}; charset=utf-8",
        language=language,
        changed=_latest([entry.arrived for entry in entries], left),
    )


@lru_cache(maxsize=128)
def _rendered(head: Head, entries: tuple[Listed, ...]) -> bytes:
    """The bytes of a feed. What it is keyed by says all that they depend on: words are frozen."""
    words = selectors.notices(entry.update for entry in entries)
    return render(head, [(entry, words[entry.update]) for entry in entries])


def _latest(times: list[datetime], left: datetime | None) -> datetime | None:
    return max([*times, left] if left else times, default=None)


def _title(area: KnownPlace | None, service: dict[str, str] | None, language: str) -> str:
    """Whose feed about what: "Driftinformation: Dricksvatten, Äspered"."""
    parts = []
    if service:
        parts.append(service.get(language) or service.get(settings.LANGUAGE_CODE) or "")
    if area:
        parts.append(area.name)
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
