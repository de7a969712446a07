"""The way in: what is where, the schema and its page, and what is nowhere."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve, reverse
from django.utils import translation
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.renderers import TemplateHTMLRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from notify.api.permissions import ANYONE
from notify.api.views.base import ApiView


class Entrance(ApiView):
    """What is where."""

    access = {"GET": ANYONE}
    schema = None

    def get(self, request: Request) -> Response:
        """The addresses of everything, by name."""
        names = ("alerts", "areas", "services", "schema", "docs")
        return Response({name: reverse(f"api:{name}") for name in names})


class SchemaView(ApiView, SpectacularAPIView):
    """The OpenAPI schema, as YAML or, if that is asked for, JSON."""

    access = {"GET": ANYONE}
    schema = None

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The same for everybody, in English, made once."""
        return Response(_schema())


@cache
def _schema() -> dict[str, Any]:
    with translation.override("en"):
        generator: Any = SpectacularAPIView.generator_class()
        schema: dict[str, Any] = generator.get_schema(public=True)
    return schema


class DocsView(ApiView):
    """The schema's page: Swagger UI, wholly from our own address and in our own content policy."""

    access = {"GET": ANYONE}
    schema = None
    renderer_classes = [TemplateHTMLRenderer]

    def get(self, request: Request) -> Response:
        """A page that a static script fills in."""
        return Response({"title": settings.PUBLISHER_NAME}, template_name="api/docs.html")


class Nowhere(ApiView):
    """Any address under the API that is no other; with a slash missing, the way to the right one."""

    schema = None

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """308, which keeps method and body, where only the last slash is missing."""
        path = request.path_info
        if not path.endswith("/") and _leads_somewhere(f"{path}/"):
            query = request.META.get("QUERY_STRING", "")
            location = f"{request.path}/?{query}" if query else f"{request.path}/"
            return HttpResponse(status=308, headers={"Location": location})
        return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Raise Http404 for every method."""
        raise Http404


def _leads_somewhere(path: str) -> bool:
    try:
        return getattr(resolve(path).func, "view_class", None) is not Nowhere
    except Resolver404:
        return False
