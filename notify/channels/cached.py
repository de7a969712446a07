"""Answers that are the same for everybody, and so may be kept by every cache on the way.

RFC 9110 section 13 (conditional requests), RFC 9111 (caching), RFC 5861 (stale-while-revalidate,
stale-if-error), and the Fetch standard's CORS and Cross-Origin-Resource-Policy.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.http.response import ResponseHeaders
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

FRESH = "public, max-age=0, s-maxage=1, stale-while-revalidate=1"
"""What changes when an alert does. Nobody sees words older than 5 s: a shared cache may add two, and
a browser one, that asks in the background. To ask costs next to nothing."""
LIVE = f"{FRESH}, stale-if-error=86400"
"""The same where old news beats no news: if we are down, a cache goes on answering for a day."""
FOR_EVER = "public, max-age=31536000, immutable"
"""What never changes (RFC 8246): nobody need ask again."""
STEADY = "public, max-age=3600, stale-while-revalidate=86400, stale-if-error=604800"
"""What changes when we deploy."""
PASSING = "public, max-age=30"
"""What is wrong now and may be right soon: an area that is not loaded yet."""


class SharedHeaders(ResponseHeaders):
    """Headers in which nobody can say that the answer varies with a person.

    LocaleMiddleware adds ``Vary: Accept-Language`` to every answer. These say their language in
    the address; with that header a cache would keep a copy per browser setting, and miss.
    """

    PERSONAL = frozenset({"accept-language", "cookie"})

    def __setitem__(self, key: str, value: str | bytes | int) -> None:
        """Set a header; of ``Vary`` only what does not depend on the person."""
        if key.lower() == "vary" and isinstance(value, str):
            names = [name.strip() for name in value.split(",")]
            value = ", ".join(name for name in names if name.lower() not in self.PERSONAL)
            if not value:
                return
        super().__setitem__(key, value)


class SharedResponse(HttpResponse):
    """An answer for everybody, readable from any origin, without cookies."""

    def __init__(
        self, content: bytes, *, content_type: str, language: str, keep: str, status: int = 200
    ) -> None:
        super().__init__(content, content_type=content_type, status=status)
        self.headers = SharedHeaders(self.headers)
        self.headers["Cache-Control"] = keep
        self.headers["Content-Language"] = language
        self.headers["Access-Control-Allow-Origin"] = "*"
        # What the time is, and how long it lay in a cache: a visitor's own clock may be wrong.
        self.headers["Access-Control-Expose-Headers"] = "Date, Age, ETag"
        # A host page with Cross-Origin-Embedder-Policy may load only what says so of itself.
        self.headers["Cross-Origin-Resource-Policy"] = "cross-origin"


def entity_tag(content: bytes) -> str:
    """A strong entity tag: equal bytes, equal tag, in every process and after every restart."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def answer(
    request: HttpRequest,
    content: bytes,
    *,
    content_type: str,
    language: str,
    changed: datetime | None = None,
    keep: str = LIVE,
    links: Iterable[object] = (),
) -> HttpResponse:
    """The content, or 304 (or 412) where the request's conditions say so.

    The conditions are weighed in RFC 9110's order (section 13.2.2): with If-None-Match there,
    If-Modified-Since is not looked at. changed: when it last became different, for Last-Modified;
    None says nothing. links: each as a value of the header ``Link`` (RFC 8288).
    """
    tag = entity_tag(content)
    seconds = int(changed.timestamp()) if changed else None
    response = SharedResponse(content, content_type=content_type, language=language, keep=keep)
    verdict = get_conditional_response(request, tag, seconds, response)
    if verdict is not None and verdict.status_code != response.status_code:
        # Django's own would lose the CORS header, and Vary would come back.
        response = SharedResponse(
            b"", content_type=content_type, language=language, keep=keep, status=verdict.status_code
        )
        del response.headers["Content-Type"]
    response.headers["ETag"] = tag
    if values := ", ".join(str(link) for link in links):
        response.headers["Link"] = values
    if seconds is not None:
        response.headers["Last-Modified"] = http_date(seconds)
    return response


def elsewhere(address: str, *, language: str) -> HttpResponse:
    """What is asked for stands at another address for now."""
    response = SharedResponse(
        b"", content_type="text/plain; charset=utf-8", language=language, keep=PASSING, status=307
    )
    response.headers["Location"] = address
    return response


def refusal(sentence: str, *, language: str, status: int = 404) -> HttpResponse:
    """A plain sentence that says what is wrong with the address."""
    return SharedResponse(
        f"{sentence}\n".encode(),
        content_type="text/plain; charset=utf-8",
        language=language,
        keep=PASSING,
        status=status,
    )
