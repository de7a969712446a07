"""Where whoever has a site of their own chooses what a banner shows there, sees it, and gets the lines."""

from __future__ import annotations

from csp.constants import SELF
from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_cookie

from notify.portal.embed_form import EmbedForm
from notify.portal.embedding import FRAME_HEIGHT


@require_safe
@vary_on_cookie
@csp_update({"frame-src": [SELF]})
def embed(request: HttpRequest) -> HttpResponse:
    """The form, and what comes of it; the choice stands in the address, so it can be kept and sent on."""
    form = EmbedForm(request.GET)
    right = not form.is_bound or form.is_valid()
    return render(
        request,
        "portal/embed.html",
        {
            "form": form,
            "embed": form.embed if right else None,
            "frame_height": FRAME_HEIGHT,
            "events_origin": settings.EVENTS_ORIGIN,
        },
    )
