"""Which door answers at which address."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import include, path, re_path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.i18n import set_language

from config.metrics import metrics
from config.webhooks import WEBHOOKS
from notify.api.views.entrance import Nowhere


def healthz(request: HttpRequest) -> HttpResponse:
    """Says that this process answers; asked by the container's health check."""
    return HttpResponse("ok\n", content_type="text/plain")


# What the console's own link to it is called.
admin.site.site_header = admin.site.site_title = _("Settings")
admin.site.index_title = _("What alerts are made of, and who has asked for them")

handler400 = "config.requests.bad_request"
handler500 = "config.requests.server_error"

urlpatterns = [
    path("healthz", healthz),
    path("metrics", metrics),
    path("admin/", admin.site.urls),
    # Without a CSRF token, whose cookie would be set for everybody who only reads. All that a forged
    # request could do is show somebody the page in the site's other language.
    path("i18n/setlang/", csrf_exempt(set_language), name="set_language"),
    path("console/", include("notify.console.urls")),
    path("api/v1/", include("notify.api.urls")),
    # Any address, also one with a line break in it, which a <path:> does not take.
    re_path(r"^api(?:/[\s\S]*)?\Z", Nowhere.as_view()),
    path(WEBHOOKS, include("notify.channels.sms.urls")),
    path("feeds/", include("notify.channels.feeds.urls")),
    path("cap/", include("notify.channels.feeds.cap.urls")),
    path("embed/v1/", include("notify.channels.banners.urls")),
    path("", include("notify.portal.urls")),
]
