"""Requests that no door can take, answered before or instead of it with a page that says why.

The API and the SMS webhooks are for programs: they have sentences of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views import defaults

from notify.api.problems import failure, refusal

API = "/api/"
FOR_PROGRAMS = (API, "/sms/")

Answer = Callable[[HttpRequest], HttpResponseBase]


def refuse_what_cannot_be(get_response: Answer) -> Answer:
    """Answer 400 to U+0000 in the address, 413 to too large a form, and give every 405 a page.

    PostgreSQL stores no U+0000 and refuses to look for it: no address of ours has one, so whoever
    would look for it anywhere is told so here, once.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if _has_nul(request):
            return _misunderstood(request)
        if _is_too_large(request):
            return render(request, "413.html", status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return _with_a_page(request, get_response(request))

    return middleware


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What Django itself refuses, such as a host that is not ours: its handler400."""
    if request.path.startswith(API):
        return refusal(BadRequest())
    return defaults.bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """What went wrong with us, wherever it did: Django's handler500. It is in the log already."""
    if request.path.startswith(API):
        return failure()
    return defaults.server_error(request)


def _has_nul(request: HttpRequest) -> bool:
    query = request.META.get("QUERY_STRING", "")
    return "\0" in request.path or "\0" in query or "%00" in query


def _misunderstood(request: HttpRequest) -> HttpResponse:
    if request.path.startswith(API):
        return refusal(BadRequest())
    return render(request, "400.html", status=HTTPStatus.BAD_REQUEST)


def _is_too_large(request: HttpRequest) -> bool:
    """Whether Django would refuse to read it, which it calls a bad request."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if request.path.startswith(FOR_PROGRAMS) or not length.isdecimal():
        return False
    return int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def _with_a_page(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """Django's own answer to a wrong method is a blank page."""
    blank = isinstance(response, HttpResponse) and not response.content
    wrong_method = response.status_code == HTTPStatus.METHOD_NOT_ALLOWED
    if blank and wrong_method and not request.path.startswith(FOR_PROGRAMS):
        assert isinstance(response, HttpResponse)  # noqa: S101 - for the type: just looked at
        response.content = render_to_string("405.html", request=request).encode()
    return response
