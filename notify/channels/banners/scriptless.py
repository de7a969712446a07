"""Banners for sites that run no script of ours: a page for an iframe, and a picture to link from."""

from __future__ import annotations

from csp.decorators import csp_replace, csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from notify.channels import cached
from notify.channels.banners import picture, selectors, words
from notify.channels.banners.asked import ASKED, Refused, asked
from notify.channels.banners.document import banner_item, ranked_notices
from notify.channels.banners.preview import look
from notify.channels.kept.policy import keep

THEMES = ("light",)


@keep("banners", query=(*ASKED, "theme"), by_minute=True)
@require_safe
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})
@csp_update({"connect-src": [settings.EVENTS_ORIGIN]})
def frame(request: HttpRequest) -> HttpResponse:
    """The banner as a page, for any site to frame. Without scripts it tells what holds when it is loaded.

    Beside ``asked`` it takes ``theme=light``, for a site that is never dark.
    """
    try:
        wanted = asked(request)
    except Refused as refused:
        return cached.refusal(str(refused), language=refused.language)
    language, theme = wanted.language, request.GET.get("theme", "")
    shown = selectors.shown(wanted.scope, timezone.now())
    with translation.override(language):
        content = render_to_string(
            "banners/frame.html",
            {
                "language": language,
                "publisher": settings.PUBLISHER_NAME,
                "areas": request.GET.get("areas", ""),
                "services": request.GET.get("services", ""),
                "theme": theme if theme in THEMES else "",
                "words": words.sentences(),
                "looks": [
                    look(banner_item(notice, language), language)
                    for notice in ranked_notices(shown.notices)
                ],
            },
        )
    return cached.answer(
        request,
        content.strip().encode(),
        content_type="text/html; charset=utf-8",
        language=language,
        keep=cached.FRESH,
    )


@keep("banners", query=ASKED, by_minute=True)
@require_safe
def image(request: HttpRequest) -> HttpResponse:
    """The worst alert as a picture, and the time it was drawn: a picture on a page that stays open
    cannot say that it has grown old."""
    try:
        wanted = asked(request)
    except Refused as refused:
        return cached.refusal(str(refused), language=refused.language)
    now = timezone.now()
    shown = selectors.shown(wanted.scope, now)
    return cached.answer(
        request,
        picture.draw(ranked_notices(shown.notices), wanted.language, now),
        content_type="image/svg+xml; charset=utf-8",
        language=wanted.language,
        keep=cached.FRESH,
    )
