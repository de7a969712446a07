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
from notify.channels.feeds.cap.index import FORMATS, render
from notify.channels.feeds.cap.selectors import Listed
from notify.channels.feeds.formats import Head
from notify.channels.feeds.subject import Unknown, subject
from notify.channels.kept.policy import keep

LANGUAGE = re.compile(r"<language>([^<]+)</language>")


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


@keep("feeds")
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


@keep("feeds")
@in_the_sites_language
def index(request: HttpRequest, suffix: str, code: str = "", slug: str = "") -> HttpResponse:
    """Which documents there are about an area, a service, both or everything."""
    if suffix not in FORMATS:
        formats = {"formats": ", ".join(FORMATS)}
        raise Unknown(_("Lists of CAP messages come in these formats: %(formats)s.") % formats)
    asked = subject(settings.LANGUAGE_CODE, suffix, code, slug)
    listed = selectors.listed(asked.scope, timezone.now())
    head = Head(
        format=asked.format,
        language=asked.language,
        title=f"{asked.title} (CAP)",
        subtitle=_("Disruptions and planned work as CAP 1.2, for other alerting systems."),
        publisher=settings.PUBLISHER_NAME,
        # Its own name, whatever query a reader appended.
        address=settings.PUBLIC_URL + request.path,
        page=settings.PUBLIC_URL + reverse("portal:home"),
        updated=listed[0].sent if listed else None,
    )
    return cached.answer(
        request,
        _rendered(head, tuple(listed)),
        content_type=head.format.content_type,
        language=head.language,
        links=head.links,
    )


@lru_cache(maxsize=128)
def _rendered(head: Head, documents: tuple[Listed, ...]) -> bytes:
    """The bytes of an index. What it is keyed by says all that they depend on: words are frozen."""
    return render(head, selectors.words(documents))
