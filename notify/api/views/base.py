"""What every view of the API does alike: who may call, from where, and how long an answer keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from rest_framework.exceptions import Throttled
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from notify.api import problems
from notify.api.limits import Quota, count
from notify.api.permissions import ANYONE, Access
from notify.api.preconditions import etag
from notify.channels.cached import LIVE
from notify.channels.kept.address import RENDERING

OWN = "private, no-cache"
"""For what a key let the caller see: kept by the caller alone, and asked about every time."""


FOR_OTHER_SITES = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, RateLimit, RateLimit-Policy, Retry-After",
}
"""What lets a page of any other site read an answer. None of them lets it send a cookie or a key."""


class ApiView(APIView):
    """A view that says in ``access``, method by method, who may call it."""

    access: ClassVar[Mapping[str, Access]] = {}
    quota: Quota | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """As ever. Raises LengthRequired for a body in chunks, which Django takes for an empty one."""
        super().initial(request, *args, **kwargs)
        if "HTTP_TRANSFER_ENCODING" in request.META and not request.META.get("CONTENT_LENGTH"):
            raise problems.LengthRequired

    def perform_authentication(self, request: Request) -> None:
        """Find out who calls, and count the call; of whoever shows a wrong key, by address.

        Raises AuthenticationFailed, or Throttled when it is one too many.
        """
        try:
            super().perform_authentication(request)
        finally:
            self._count(request)

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """The methods, also for a browser that asks on behalf of another site's page."""
        response = Response(status=204)
        # Nothing to render, also where the view answers with a template.
        request.accepted_renderer = JSONRenderer()
        if self.access.get("GET") is ANYONE:
            # Reading only: a key has no place in a page that anybody can read.
            response["Access-Control-Allow-Methods"] = "GET, HEAD"
            response["Access-Control-Allow-Headers"] = "If-None-Match"
            response["Access-Control-Max-Age"] = "86400"
        return response

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """Add the headers for caches and for other sites' pages."""
        response = super().finalize_response(request, response, *args, **kwargs)
        patch_vary_headers(response, ["Authorization"])
        if self.access.get("GET") is ANYONE:
            self._put(response, FOR_OTHER_SITES)
        if self.quota:
            self._put(response, self.quota.headers)
        reading = request.method in ("GET", "HEAD") and response.status_code == 200
        response.setdefault("Cache-Control", self._keeps(request) if reading else "no-store")
        if reading or self.shows_version(response):
            response.add_post_render_callback(lambda done: self._tag(request, done))
        return response

    def shows_version(self, response: Response) -> int | None:
        """The version of the alert that the response is, so that its ETag can carry it."""
        return None

    def _keeps(self, request: Request) -> str:
        return LIVE if self.access.get("GET") is ANYONE and not request.auth else OWN

    def _tag(self, request: Request, response: Response) -> HttpResponseBase | None:
        """Put the ETag on; answer 304 instead to a reader who has it already."""
        tag = etag(response.content, self.shows_version(response))
        response["ETag"] = tag
        if request.method not in ("GET", "HEAD"):
            return None
        answer = get_conditional_response(request, etag=tag, response=response)
        if answer is not response and answer is not None:
            # Django's own 304 keeps only what caches need.
            kept = [*FOR_OTHER_SITES, *(self.quota.headers if self.quota else ())]
            self._put(answer, {name: response[name] for name in kept if name in response})
        return answer

    def _count(self, request: Request) -> None:
        if request.method == "OPTIONS" or RENDERING in request.META:
            # Browsers ask it before they call, unasked by whoever has the quota; and what is kept for
            # everybody is nobody's call.
            return
        self.quota = count(request)
        if self.quota and self.quota.exceeded:
            raise Throttled(self.quota.seconds)

    @staticmethod
    def _put(response: HttpResponseBase, headers: Mapping[str, str]) -> None:
        for name, value in headers.items():
            response[name] = value
