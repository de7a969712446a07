"""Under what an answer is kept: everything of a request that decides it, and nothing else."""

from __future__ import annotations

import json
import re
from dataclasses import astuple, dataclass, replace
from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from typing import Self
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, QueryDict
from django.urls import Resolver404, resolve
from django.utils.translation import get_language_from_request

from notify.channels.kept.policy import Policy

RENDERING = "notify.kept.rendering"
"""In the WSGI environment, where no visitor can write it: this request is our own."""
GZIP = "gzip"
LONGEST = 2_000
"""Characters of a path and query that are kept."""
ANY = frozenset({"", "*/*", "application/json"})
PERSONAL_COOKIES = frozenset({settings.SESSION_COOKIE_NAME, "messages"})
"""Whoever has one of them may see more than others do: what was just done, and as whom."""


@dataclass(frozen=True, slots=True)
class Address:
    """One kept answer. language: "" where the address says it. encoding: "gzip", or "" for none."""

    scheme: str
    host: str
    path: str
    query: str
    language: str
    encoding: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> Self | None:
        """Where the answer to this request is kept; None for what is never kept."""
        if request.method not in ("GET", "HEAD") or RENDERING in request.META:
            return None
        query = request.META.get("QUERY_STRING", "")
        policy = policy_of(request.path_info)
        if policy is None or len(request.path_info) + len(query) > LONGEST:
            return None
        # What is no proper query is refused, or at least read, by whoever does that otherwise.
        if "%00" in query or not (query.isascii() and query.isprintable()):
            return None
        if policy.queries and query not in policy.queries:
            return None
        host = _host(request)
        if not host or _personal(request, policy):
            return None
        return cls(
            scheme=request.scheme or "http",
            host=host,
            path=request.path_info,
            query=query if policy.queries else _decisive(query, policy.query),
            language=get_language_from_request(request) if policy.by_language else "",
            encoding=GZIP if _takes_gzip(request) else "",
        )

    @classmethod
    def parse(cls, text: str) -> Self:
        """The address that ``str`` wrote."""
        return cls(*json.loads(text))

    def __str__(self) -> str:
        return json.dumps(astuple(self), separators=(",", ":"))

    @property
    def document(self) -> Self:
        """What is rendered for it, and then compressed: the same for every encoding."""
        return replace(self, encoding="")

    @property
    def digest(self) -> str:
        """A short name of it."""
        return sha256(str(self).encode()).hexdigest()[:32]

    def request(self) -> WSGIRequest:
        """The request of a visitor of whom nothing else is known."""
        environ = {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": "",
            "PATH_INFO": self.path.encode().decode("latin-1"),
            "QUERY_STRING": self.query,
            "SERVER_NAME": self.host.partition(":")[0],
            "SERVER_PORT": "443" if self.scheme == "https" else "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": self.host,
            "wsgi.url_scheme": self.scheme,
            "wsgi.input": BytesIO(),
            RENDERING: True,
        }
        if self.language:
            environ["HTTP_COOKIE"] = f"{settings.LANGUAGE_COOKIE_NAME}={self.language}"
        return WSGIRequest(environ)


@lru_cache(maxsize=1024)
def policy_of(path: str) -> Policy | None:
    """What the view at this path says of its answers; None if they are not kept."""
    try:
        policy: Policy | None = getattr(resolve(path).func, "kept", None)
    except Resolver404:
        return None
    return policy


def _host(request: HttpRequest) -> str:
    """The host that is asked for; "" for one that we are not."""
    try:
        return request.get_host()
    except DisallowedHost:
        return ""


def _personal(request: HttpRequest, policy: Policy) -> bool:
    """Whether the answer may be for this visitor alone."""
    if "HTTP_AUTHORIZATION" in request.META:
        return True
    if policy.json and request.META.get("HTTP_ACCEPT", "") not in ANY:
        return True
    return policy.by_language and not PERSONAL_COOKIES.isdisjoint(request.COOKIES)


def _takes_gzip(request: HttpRequest) -> bool:
    """Whether the reader takes gzip; "gzip;q=0" refuses it (RFC 9110, 12.5.3)."""
    takes = request.META.get("HTTP_ACCEPT_ENCODING", "").replace(" ", "").lower().split(",")
    return any(
        one == GZIP or re.fullmatch(r"gzip;q=(1(\.0*)?|0\.0*[1-9]\d*)", one) for one in takes
    )


def _decisive(query: str, names: tuple[str, ...]) -> str:
    """The part of a query that decides, always written alike."""
    if not query or not names:
        return ""
    given = QueryDict(query)
    # Of a name that is given twice the views take the last.
    return urlencode([(name, given[name]) for name in names if given.get(name)])
