"""CAP over HTTP: documents that never change, and the indexes that say which there are."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, wraps
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from notify.channels import cached
from notify.channels.feeds.cap import selectors
from notify.channels.feeds.cap.addresses import MEDIA_TYPE
from notify.channels.feeds.cap.index import Format, Head, render
from notify.channels.feeds.cap.selectors import Listed
from notify.channels.feeds.selectors import Scope
from notify.channels.registry import directory

LANGUAGE = re.compile(r"<language>([^<]+)</language>")


class Unknown(Exception):
    """The address means nothing. ``str()`` says why, in the active language."""


def in_the_sites_language(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Speak the site's own language, for the address says none; answer what is unknown with 404."""

    @require_safe
    @wraps(view)
    def speaking(request: HttpRequest, **address: str) -> HttpResponse:
        with translation.override(settings.LANGUAGE_CODE):
            try:
                return view(request, **address)
            except Unknown as unknown:
                return cached.refusal(str(unknown), language=settings.LANGUAGE_CODE)

    return speaking


@in_the_sites_language
def document(request: HttpRequest, identifier: str) -> HttpResponse:
    """A document, byte for byte as it was published; 404 with a sentence if there is none."""
    named = _uuid(identifier)
    found = selectors.frozen(named) if named else None
    if not found:
        sentence = _("There is no CAP message with the identifier “%(identifier)s”.")
        raise Unknown(sentence % {"identifier": identifier})
    xml, frozen_at = found
    return cached.answer(
        request,
        xml.encode(),
        content_type=MEDIA_TYPE,
        language=", ".join(LANGUAGE.findall(xml)),
        changed=frozen_at,
        keep=cached.FOR_EVER,
    )


def _uuid(identifier: str) -> UUID | None:
    """The UUID, if it is written as we write it: a document has one address."""
    try:
        named = UUID(identifier)
    except ValueError:
        return None
    return named if str(named) == identifier else None


@in_the_sites_language
def index(request: HttpRequest, suffix: str, code: str = "", slug: str = "") -> HttpResponse:
    """Which documents there are about an area, a service, both or everything."""
    if suffix not in list(Format):
        formats = {"formats": ", ".join(Format)}
        raise Unknown(_("Lists of CAP messages come in these formats: %(formats)s.") % formats)
    title, scope = _meant(code, slug)
    head = Head(
        format=Format(suffix),
        language=settings.LANGUAGE_CODE,
        title=title,
        subtitle=_("Disruptions and planned work as CAP 1.2, for other alerting systems."),
        publisher=settings.PUBLISHER_NAME,
        # Its own name, whatever query a reader appended.
        address=settings.PUBLIC_URL + request.path,
        page=settings.PUBLIC_URL + reverse("portal:home"),
    )
    return cached.answer(
        request,
        _rendered(head, tuple(selectors.listed(scope, timezone.now()))),
        content_type=f"{head.format.media_type}; charset=utf-8",
        language=head.language,
    )


def _meant(code: str, slug: str) -> tuple[str, Scope]:
    """The title and scope of an area's code and a service's name, either of which may be empty."""
    area = directory().area(code) if code else None
    if code and not area:
        raise Unknown(_("There is no area with the code “%(code)s”.") % {"code": code})
    service = directory().service(slug) if slug else None
    if slug and not service:
        raise Unknown(_("There is no service with the name “%(name)s”.") % {"name": slug})
    about = [
        service.get(settings.LANGUAGE_CODE, slug) if service else "",
        area.name if area else "",
    ]
    title = ": ".join(filter(None, [settings.PUBLISHER_NAME, ", ".join(filter(None, about))]))
    return f"{title} (CAP)", Scope(service=slug, path=area.path if area else "")


@lru_cache(maxsize=128)
def _rendered(head: Head, documents: tuple[Listed, ...]) -> bytes:
    """The bytes of an index. What it is keyed by says all that they depend on: words are frozen."""
    return render(head, selectors.words(documents))
