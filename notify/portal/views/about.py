"""How it works, what can be taken elsewhere, and what becomes of a phone number."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_cookie

from notify.alerts.models import Service
from notify.portal.places import choosable_places


@require_safe
@vary_on_cookie
def about(request: HttpRequest) -> HttpResponse:
    """The page about the service."""
    return render(
        request,
        "portal/about.html",
        {
            "places": choosable_places(),
            "services": Service.objects.filter(active=True),
            "minutes": settings.CODE_LIFETIME_MINUTES,
        },
    )
