"""Areas and services: what alerts can be about."""

from __future__ import annotations

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from notify.alerts.models import Area, Service
from notify.api.permissions import ANYONE
from notify.api.schema import AREA_CODE
from notify.api.serializers.areas import (
    AreaDetailSerializer,
    AreaSerializer,
    ServiceSerializer,
)
from notify.api.views.base import ApiView


class AreaList(ApiView):
    """The areas in use."""

    access = {"GET": ANYONE}

    @extend_schema(
        operation_id="listAreas", responses=AreaSerializer(many=True), tags=["areas and services"]
    )
    def get(self, request: Request) -> Response:
        """List the areas in use, each whole before its parts, without their outlines."""
        areas = Area.objects.filter(active=True).select_related("parent")
        shown = areas.defer("outline", "parent__outline")
        return Response(AreaSerializer(shown, many=True).data)


class AreaDetail(ApiView):
    """One area."""

    access = {"GET": ANYONE}

    @extend_schema(
        operation_id="getArea",
        parameters=[AREA_CODE],
        responses=AreaDetailSerializer,
        tags=["areas and services"],
    )
    def get(self, request: Request, code: str) -> Response:
        """Read an area and its outline, in use or not."""
        area = (
            Area.objects.filter(code=code).select_related("parent").defer("parent__outline").first()
        )
        if area is None:
            raise Http404
        return Response(AreaDetailSerializer(area).data)


class ServiceList(ApiView):
    """The services in use."""

    access = {"GET": ANYONE}

    @extend_schema(
        operation_id="listServices",
        responses=ServiceSerializer(many=True),
        tags=["areas and services"],
    )
    def get(self, request: Request) -> Response:
        """List the services in use, in the order that people are shown them."""
        return Response(ServiceSerializer(Service.objects.filter(active=True), many=True).data)
