"""The cookie of whoever manages their SMS: a signed name of a session that the database may end."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from notify.residents import managing
from notify.residents.models import SignUp

COOKIE = "managing"
SALT = "notify.portal.session"


def enter(response: HttpResponse, session: SignUp) -> HttpResponse:
    """Let the browser manage. Only for whoever has just typed the code."""
    response.set_signed_cookie(
        COOKIE,
        session.key.hex,
        salt=SALT,
        max_age=settings.MANAGE_MINUTES * 60,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )
    return response


def entered(request: HttpRequest) -> SignUp | None:
    """The session of this browser, or None if it has none, or its time is up."""
    key = _named(request)
    return managing.session(key) if key else None


def erased(request: HttpRequest) -> bool:
    """Whether the session of this browser has ended because what it managed was erased."""
    key = _named(request)
    return key is not None and managing.erased(key)


def _named(request: HttpRequest) -> uuid.UUID | None:
    named = request.get_signed_cookie(
        COOKIE, default="", salt=SALT, max_age=settings.MANAGE_MINUTES * 60
    )
    return uuid.UUID(named) if named else None


def leave(response: HttpResponse) -> HttpResponse:
    """Let the browser forget."""
    response.delete_cookie(COOKIE, samesite="Strict")
    return response
