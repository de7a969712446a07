"""What is disrupted, and the story of one disruption. Reading them sets no cookie."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_cookie

from notify.alerts.models import Update
from notify.alerts.phases import CURRENT, SAID_OVER, keeps_waiting
from notify.alerts.selectors import published_alerts
from notify.channels.cached import STEADY, answer
from notify.channels.feeds.cap.selectors import latest
from notify.channels.kept.policy import keep
from notify.dispatch.notices import alert_url
from notify.portal.board import Board, Entry
from notify.portal.places import Place, choosable_places, meant
from notify.portal.poster import code_for, is_long
from notify.portal.timeline import earlier_end, timeline

# The language is in a cookie, so a shared cache must tell the two apart.
fresh = cache_control(private=True, no_cache=True)
# Our own nginx, which knows what the page depends on, may answer with it while it fetches the next one, and while
# we are down: the page says of when it is. "no-cache" forbids that to everybody else.
fresh_for_all = cache_control(
    private=True, no_cache=True, stale_while_revalidate=1, stale_if_error=86400
)

LONGEST_NAME = 100
"""Characters of what somebody typed that the page says back; no area's name is longer."""


@keep("alerts", query=("place", "area"), by_language=True, by_minute=True)
@require_safe
@vary_on_cookie
@fresh_for_all
def home(request: HttpRequest) -> HttpResponse:
    """What is disrupted now, what is planned and what is over; ``?place=`` puts one place first.

    A place is a code, in the address that is kept and shared, or what somebody typed: that leads on
    to the code, or to a page that asks which place was meant. ``?area=`` is the same, as it once was.
    """
    places = choosable_places()
    typed = (request.GET.get("place") or request.GET.get("area") or "").strip()
    found = meant(places, typed)
    if typed and len(found) != 1:
        return _which(request, typed, found, places)
    chosen = found[0] if found else None
    if chosen and typed != chosen.area.code:
        query = urlencode({"place": chosen.area.code})
        return redirect(f"{reverse('portal:home')}?{query}")
    now = timezone.now()
    board = Board.at(now, chosen.area if chosen else None)
    context = {"places": places, "chosen": chosen, "now": now, "board": board, **_map()}
    return render(request, "portal/home.html", context)


def _which(
    request: HttpRequest, typed: str, found: list[Place], places: list[Place]
) -> HttpResponse:
    """Asks which place was meant; 404 when there is none like it."""
    status = HTTPStatus.OK if found else HTTPStatus.NOT_FOUND
    context = {"typed": typed[:LONGEST_NAME], "found": found, "places": places}
    return render(request, "portal/which_place.html", context, status=status)


def _map() -> dict[str, str]:
    return {"tiles": settings.MAP_TILES_URL, "attribution": settings.MAP_TILES_ATTRIBUTION}


@keep("alerts", by_language=True, by_minute=True)
@require_safe
@vary_on_cookie
@fresh
def alert(request: HttpRequest, code: str) -> HttpResponse:
    """One alert: how it stands, what to do, and everything said of it. 404 for a draft."""
    story = Prefetch("updates", Update.objects.order_by("number").prefetch_related("corrections"))
    found = get_object_or_404(published_alerts().prefetch_related(story), code=code)
    now = timezone.now()
    entry, updates = Entry.of(found, now), list(found.updates.all())
    stops = timeline(updates)
    over, late_news = entry.phase in SAID_OVER, keeps_waiting(found, now)
    return render(
        request,
        "portal/alert.html",
        {
            "entry": entry,
            "alert": found,
            "current": entry.phase in CURRENT,
            "ended": entry.over,
            "said_over": over,
            "stops": stops,
            "cap_document": latest(found.code),
            "long": is_long(
                stops[0].reading if over else entry.reading,
                stops[0].update.phrases if over else found.phrases,
                [] if entry.over else found.help_at,
            ),
            "earlier_end": earlier_end(updates),
            "late_news": late_news,
            "promise": None if entry.over or late_news else found.news_by,
            "now": now,
        },
    )


@require_safe
def code_of(request: HttpRequest, code: str) -> HttpResponse:
    """The QR code that leads to the alert's page, for its poster; the same for ever. 404 for a draft."""
    found = get_object_or_404(published_alerts(), code=code)
    drawing = code_for(alert_url(found))
    # It holds no words in any language ("zxx", ISO 639-2).
    return answer(request, drawing, content_type="image/svg+xml", language="zxx", keep=STEADY)
