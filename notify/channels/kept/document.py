"""A kept answer: bytes and headers, and how it is given to a reader who may have it already."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Self

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import parse_http_date

from notify.channels.cached import entity_tag

LARGEST = 512 * 1024
"""Bytes of a document that is kept: a full feed takes a third of it."""
MAY_VARY = frozenset({"accept", "accept-encoding", "authorization"})
BY_LANGUAGE = frozenset({"accept-language", "cookie"})
OF_ONE_ANSWER = frozenset({"date", "retry-after", "ratelimit", "ratelimit-policy"})
"""Headers about one reader's answer and not about the document."""
ONE_SECOND = frozenset({"max-age=0", "no-cache"})
"""What Cache-Control says of that: to be asked for again every time."""
OF_THE_BODY = frozenset({"Content-Type", "Content-Length", "Content-Encoding"})


@dataclass(frozen=True, slots=True)
class Document:
    """generation: of its topic, when it was rendered. until: the time from which the clock may have
    changed it. headers: None where the answer may not be kept, which is worth knowing too."""

    generation: str
    until: float
    headers: Mapping[str, str] | None
    body: bytes = b""

    @classmethod
    def of(
        cls, response: HttpResponseBase, generation: str, until: float, *, by_language: bool
    ) -> Self:
        """What is kept of an answer."""
        allowed = MAY_VARY | BY_LANGUAGE if by_language else MAY_VARY
        if not isinstance(response, HttpResponse) or not _may_be_kept(response, allowed):
            return cls(generation, until, None)
        headers = {
            name: value
            for name, value in response.headers.items()
            if name.lower() not in OF_ONE_ANSWER
        }
        headers.setdefault("ETag", entity_tag(response.content))
        varies = headers.get("Vary", "").removesuffix(", Accept-Encoding")
        headers["Vary"] = f"{varies}, Accept-Encoding".removeprefix(", ")
        return cls(generation, until, headers, response.content)

    @classmethod
    def parse(cls, packed: bytes) -> Self:
        """The document that ``packed`` wrote."""
        head, _line, body = packed.partition(b"\n")
        generation, until, headers = json.loads(head)
        return cls(generation, until, headers, body)

    def compressed(self) -> Self:
        """It for readers who take gzip: once per change, and not once per reader.

        A weak tag, as caches that compress give: whoever has either has this document.
        """
        if self.headers is None:
            return self
        body = gzip.compress(self.body, mtime=0)
        tag = self.headers["ETag"]
        headers = {
            **self.headers,
            "Content-Encoding": "gzip",
            "Content-Length": str(len(body)),
            "ETag": tag if tag.startswith("W/") else f"W/{tag}",
        }
        return replace(self, headers=headers, body=body)

    def packed(self) -> bytes:
        """It as bytes: a line of JSON, and the body."""
        head = json.dumps([self.generation, self.until, self.headers and dict(self.headers)])
        return head.encode() + b"\n" + self.body

    def answer(self, request: HttpRequest) -> HttpResponse:
        """The document, or 304 (or 412) where the request's conditions say so (RFC 9110, 13.2.2)."""
        headers = dict(_for_nginx(self.headers or {}))
        response = HttpResponse(self.body, headers=headers)
        changed = headers.get("Last-Modified")
        verdict = get_conditional_response(
            request, headers.get("ETag"), parse_http_date(changed) if changed else None, response
        )
        if verdict is response or verdict is None:
            return response
        told = {name: value for name, value in headers.items() if name not in OF_THE_BODY}
        short = HttpResponse(status=verdict.status_code, headers=told)
        del short.headers["Content-Type"]
        return short


def _for_nginx(headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The headers, and before them how long our own nginx may keep what changes when an alert does.

    To the end of this second: of a number of seconds it makes up to one more. First, because
    nginx before 1.23 heeds whichever header of the two comes first. It tells nobody else.
    """
    if not ONE_SECOND.isdisjoint(headers.get("Cache-Control", "").split(", ")):
        yield "X-Accel-Expires", f"@{int(time.time())}"
    yield from headers.items()


def _may_be_kept(response: HttpResponse, may_vary: frozenset[str]) -> bool:
    varies = {name.strip().lower() for name in response.headers.get("Vary", "").split(",")} - {""}
    return (
        response.status_code == 200
        and not response.cookies
        and varies <= may_vary
        and "no-store" not in response.headers.get("Cache-Control", "")
        and len(response.content) <= LARGEST
    )
