"""How it works, what can be taken elsewhere, and what becomes of a phone number."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_cookie

from notify.alerts.models import Service
from notify.portal.feeds import Feed, feeds
from notify.portal.places import choosable_places


@dataclass(frozen=True, slots=True)
class FeedRow:
    """What a feed holds, and where it is in every format."""

    label: str
    feeds: list[Feed]

    @classmethod
    def of(cls, label: str, route: str, **place: str) -> FeedRow:
        """The row of a route of the feeds, in the language of the page."""
        return cls(label, feeds(route, **place))


@require_safe
@vary_on_cookie
def about(request: HttpRequest) -> HttpResponse:
    """The page about the service."""
    places, services = choosable_places(), Service.objects.filter(active=True)
    return render(
        request,
        "portal/about.html",
        {
            "places": places,
            "service_feeds": [
                FeedRow.of(_("Everything"), "all"),
                *(FeedRow.of(str(service), "service", slug=service.slug) for service in services),
            ],
            "area_feeds": [
                FeedRow.of(place.label, "area", code=place.area.code) for place in places
            ],
            "minutes": settings.CODE_LIFETIME_MINUTES,
            "keep_links_days": settings.KEEP_LINKS_DAYS,
            "keep_ended_days": settings.KEEP_ENDED_DAYS,
        },
    )
