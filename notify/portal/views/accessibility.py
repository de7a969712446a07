"""The accessibility statement that the law asks for (DOS-lagen, 2018:1937; Digg's MDFFS 2019:2)."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_cookie

ASSESSED = date(2026, 11, 25)
"""When the pages were last assessed; the statement is true of that day, so move it when they are again."""


@require_safe
@vary_on_cookie
def accessibility(request: HttpRequest) -> HttpResponse:
    """How accessible the pages are, what is lacking, and whom to tell. No statement at all."""
    context = {
        "assessed": ASSESSED,
        "email": settings.PUBLISHER_EMAIL,
        "phone": settings.PUBLISHER_PHONE,
    }
    return render(request, "portal/accessibility.html", context)
