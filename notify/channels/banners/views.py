"""Banners over HTTP: the document, and the script that shows it on somebody else's page."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from notify.channels import cached
from notify.channels.banners import bell, script, selectors
from notify.channels.banners.document import document, problem
from notify.channels.banners.selectors import Scope
from notify.channels.registry import directory
from notify.channels.texts import clean

JSON = "application/json; charset=utf-8"
KEEP = "public, max-age=3, stale-while-revalidate=2, stale-if-error=600"
"""Nobody is told what is older than 5 s, and however many ask, we are asked every third second.
Shorter in an error than a feed: a cache that answered for us for a day would make old news look
fresh, and banners are to go quiet instead."""
MOST_NAMES = 200
"""How many areas or services one banner may name: a longer list is a mistake, or mischief."""


class Refused(Exception):
    """The address asks for what there is not; ``str()`` says so to the person who wrote it."""


@require_safe
def banner(request: HttpRequest) -> HttpResponse:
    """The document for ``?areas=A,B&services=x,y&lang=sv``; leaving one out means all of them.

    404 with a problem (RFC 9457) names what is unknown, so that a typing error on the host page
    is found and does not pass for "nothing is wrong".
    """
    language = request.GET.get("lang") or settings.LANGUAGE_CODE
    known = language in dict(settings.LANGUAGES)
    with translation.override(language if known else settings.LANGUAGE_CODE):
        try:
            if not known:
                codes = ", ".join(code for code, _name in settings.LANGUAGES)
                raise Refused(_("Banners come in these languages: %(codes)s.") % {"codes": codes})
            scope = _scope(request)
        except Refused as refused:
            return _problem(str(refused), translation.get_language())
    shown = selectors.shown(scope, timezone.now())
    content = document(
        shown.notices,
        language,
        publisher=settings.PUBLISHER_NAME,
        page=settings.PUBLIC_URL + reverse("portal:home"),
        events=settings.EVENTS_ORIGIN and settings.EVENTS_ORIGIN + bell.PATH,
    )
    return cached.answer(
        request, content, content_type=JSON, language=language, changed=shown.changed, keep=KEEP
    )


@require_safe
def embed_script(request: HttpRequest) -> HttpResponse:
    """The script. Its address holds a version, which only an incompatible change will raise."""
    built = script.built()
    return cached.answer(
        request,
        built,
        content_type="text/javascript; charset=utf-8",
        language="sv, en",
        keep=cached.STEADY,
    )


def _scope(request: HttpRequest) -> Scope:
    """What the query asks for. Raises Refused."""
    codes, slugs = _names(request, "areas"), _names(request, "services")
    areas = directory().areas(codes) if codes else {}
    services = directory().services(slugs) if slugs else {}
    if missing := [code for code in codes if code not in areas]:
        raise Refused(_("There is no area with the code “%(code)s”.") % {"code": missing[0]})
    if missing := [slug for slug in slugs if slug not in services]:
        raise Refused(_("There is no service with the name “%(name)s”.") % {"name": missing[0]})
    return Scope(tuple(area.path for area in areas.values()), tuple(slugs))


def _names(request: HttpRequest, field: str) -> list[str]:
    """The comma-separated names of a field, each once, in a fixed order."""
    # Cleaned: PostgreSQL refuses to look for a NUL.
    names = {name.strip() for name in clean(request.GET.get(field, "")).split(",")} - {""}
    if len(names) > MOST_NAMES:
        raise Refused(
            _("Name at most %(most)s areas or services, or leave them out to mean all.")
            % {"most": MOST_NAMES}
        )
    return sorted(names)


def _problem(sentence: str, language: str) -> HttpResponse:
    return cached.SharedResponse(
        problem(sentence),
        content_type="application/problem+json; charset=utf-8",
        language=language,
        keep=cached.PASSING,
        status=404,
    )
