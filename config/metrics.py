"""``/metrics`` for Prometheus: for the machine itself, or for who has the token. Never for the public.

nginx does not pass the address on. Without METRICS_TOKEN only a direct request from this machine is
answered: one with X-Forwarded-For came through a proxy, and may be anybody's.
"""

from __future__ import annotations

from http import HTTPStatus
from ipaddress import ip_address
from secrets import compare_digest

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from notify.dispatch.metrics import registry
from notify.intake.metrics import intake


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Every metric as text, or 401 without the token, or 403 where there is none."""
    if not (_is_local(request) or _has_token(request)):
        return _refused()
    return HttpResponse(generate_latest(registry(intake)), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _is_local(request: HttpRequest) -> bool:
    if "X-Forwarded-For" in request.headers:
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _has_token(request: HttpRequest) -> bool:
    token: str = settings.METRICS_TOKEN
    kind, _space, given = request.headers.get("Authorization", "").partition(" ")
    # As bytes: compare_digest refuses text that is not ASCII.
    same = compare_digest(given.strip().encode(), token.encode())
    return bool(token) and kind.lower() == "bearer" and same


def _refused() -> HttpResponse:
    if settings.METRICS_TOKEN:
        says = "Send the token of METRICS_TOKEN: Authorization: Bearer …\n"
        answer = HttpResponse(says, "text/plain; charset=utf-8", HTTPStatus.UNAUTHORIZED)
        answer["WWW-Authenticate"] = 'Bearer realm="metrics"'
        return answer
    says = "Only for this machine. To ask from elsewhere, set METRICS_TOKEN.\n"
    return HttpResponse(says, "text/plain; charset=utf-8", HTTPStatus.FORBIDDEN)
