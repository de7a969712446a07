"""The providers' way in: past everything that only pages need.

Sessions, languages, policies and redirects cost half of what a status callback costs, and thousands
of callbacks come within a minute. A webhook trusts nothing that they would look at: it believes a
signature or a key, whatever the host and the protocol that a proxy tells us of.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from notify.channels.sms.urls import urlpatterns

WEBHOOKS = "sms/"
"""Where ``config.urls`` puts them."""

Answer = Callable[[HttpRequest], HttpResponseBase]


def straight_to_webhooks(get_response: Answer) -> Answer:
    """Let a webhook answer by itself. The first of all middleware, so that no other is asked.

    What it raises is still answered with 500 and logged, and the database's connections are still
    looked after, because Django does both around all middleware.
    """
    webhooks: dict[str, Answer] = {
        f"/{WEBHOOKS}{route.pattern}": route.callback for route in urlpatterns
    }

    def middleware(request: HttpRequest) -> HttpResponseBase:
        return webhooks.get(request.path_info, get_response)(request)

    return middleware
