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
from notify.channels.banners.asked import ASKED, Refused, asked
from notify.channels.banners.document import document, problem
from notify.channels.kept.policy import keep

JSON = "application/json; charset=utf-8"
JAVASCRIPT = "text/javascript; charset=utf-8"
FOR_EVER = "public, max-age=31536000, immutable"


@keep("banners", query=ASKED)
@require_safe
def banner(request: HttpRequest) -> HttpResponse:
    """The document for ``?areas=A,B&services=x,y&lang=sv``; leaving one out means all of them.

    404 with a problem (RFC 9457) names what is unknown, so that a typing error on the host page
    is found and does not pass for "nothing is wrong".
    """
    try:
        wanted = asked(request)
    except Refused as refused:
        return _problem(str(refused), refused.language)
    shown = selectors.shown(wanted.scope, timezone.now())
    content = document(
        shown.notices,
        wanted.language,
        publisher=settings.PUBLISHER_NAME,
        page=settings.PUBLIC_URL + reverse("portal:home"),
        events=settings.EVENTS_ORIGIN and settings.EVENTS_ORIGIN + bell.PATH,
    )
    return cached.answer(
        request,
        content,
        content_type=JSON,
        language=wanted.language,
        changed=shown.changed,
        # Never what is old, also in an error: banners are to go quiet instead.
        keep=cached.FRESH,
    )


@keep("banners")
@require_safe
def embed_script(request: HttpRequest) -> HttpResponse:
    """The script. Its address holds a version, which only an incompatible change will raise."""
    return _script(request, script.present().code, cached.STEADY)


@keep("banners")
@require_safe
def pinned_script(request: HttpRequest, digest: str) -> HttpResponse:
    """The script as it was released under this digest: the same bytes for ever."""
    released = script.released(digest)
    if released is None:
        with translation.override(settings.LANGUAGE_CODE):
            sentence = _("There is no script with the digest “%(digest)s”.") % {"digest": digest}
        return cached.refusal(sentence, language=settings.LANGUAGE_CODE)
    return _script(request, released, FOR_EVER)


def _script(request: HttpRequest, code: bytes, keep: str) -> HttpResponse:
    return cached.answer(request, code, content_type=JAVASCRIPT, language="sv, en", keep=keep)


def _problem(sentence: str, language: str) -> HttpResponse:
    return cached.SharedResponse(
        problem(sentence),
        content_type="application/problem+json; charset=utf-8",
        language=language,
        keep=cached.PASSING,
        status=404,
    )
