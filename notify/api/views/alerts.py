"""Alerts to read, and drafts to write."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from notify.alerts import lifecycle, selectors
from notify.alerts.content import AlertContent
from notify.alerts.lifecycle import AlertChanged
from notify.alerts.models import Alert, Area, Update
from notify.alerts.schedule import unschedule_draft
from notify.alerts.vocabulary import State
from notify.api.models import Key, Scope
from notify.api.pagination import DRAFTS_TOO, NewestFirst
from notify.api.permissions import ANYONE, author, require
from notify.api.preconditions import request_key, seen
from notify.api.problems import Unprocessable
from notify.api.repeats import once
from notify.api.schema import ALERT_CODE, ALERT_ETAG, IDEMPOTENCY_KEY, IF_MATCH, LOCATION
from notify.api.serializers.alerts import AlertDetailSerializer, AlertSerializer
from notify.api.serializers.filters import AlertFilters
from notify.api.serializers.writing import ContentSerializer, VersionSerializer
from notify.api.views.base import ApiView


def every_alert() -> QuerySet[Alert]:
    """Drafts too, with their services and areas, and when they go out by themselves."""
    return Alert.objects.select_related("service").prefetch_related(
        Prefetch("areas", Area.objects.defer("outline")), "schedules"
    )


def find_alert(code: str, *, among: QuerySet[Alert] | None = None) -> Alert:
    """The alert of that code with its updates. Raises Http404."""
    updates = Update.objects.select_related("service").prefetch_related("corrections")
    story = Prefetch("updates", updates)
    alerts = every_alert() if among is None else among
    alert = alerts.filter(code=code).prefetch_related(story).first()
    if alert is None:
        raise Http404
    return alert


def valid(serializer: Any) -> dict[str, Any]:
    """What was handed in. Raises Unprocessable with what needs mending."""
    if not serializer.is_valid():
        raise Unprocessable(serializer.errors)
    values: dict[str, Any] = serializer.validated_data
    return values


class AlertView(ApiView):
    """A view whose answers are whole alerts, with the version in their ETags."""

    def shows_version(self, response: Response) -> int | None:
        """The version in the document, if it is an alert and no list or problem."""
        if response.status_code >= 300 or not isinstance(response.data, dict):
            return None
        return response.data.get("version")

    def shown(self, code: str, status: int = 200) -> Response:
        """The alert as it is now in the database."""
        data = AlertDetailSerializer(find_alert(code)).data
        return Response(data, status=status)


class AlertList(AlertView):
    """The alerts, and where a draft begins."""

    access = {"GET": ANYONE, "POST": Scope.WRITE}
    pagination_class = NewestFirst

    @extend_schema(
        operation_id="listAlerts",
        parameters=[AlertFilters],
        responses={200: AlertSerializer(many=True), 403: None},
        tags=["alerts"],
    )
    def get(self, request: Request) -> Response:
        """List alerts, newest first.

        Drafts are listed only with `state=draft` and a key that has the scope `read`.
        """
        filters = AlertFilters.read(request.query_params)
        pages = NewestFirst()
        alerts = _wanted(filters)
        if State.DRAFT in filters.get("state", ()):
            require(request, Scope.READ)
            pages.ordering = DRAFTS_TOO
        page = pages.paginate_queryset(alerts, request, view=self)
        return pages.get_paginated_response(AlertSerializer(page, many=True).data)

    @extend_schema(
        operation_id="createDraft",
        parameters=[IDEMPOTENCY_KEY, ALERT_ETAG, LOCATION],
        request=ContentSerializer,
        responses={
            201: OpenApiResponse(AlertDetailSerializer, description="The draft."),
            200: OpenApiResponse(
                AlertDetailSerializer, description="The draft that this request made before."
            ),
        },
        tags=["drafts"],
    )
    def post(self, request: Request) -> Response:
        """Write a draft. Nobody is told of it until it is published."""
        serializer = ContentSerializer(data=request.data)
        values = valid(serializer)
        values.pop("version", None)
        key = request_key(request)
        # An onset that was left out came from the clock; whatever else is left out is the same each time.
        asked = values if "onset" in request.data else {**values, "onset": None}
        with once(request, key, asked):
            alert, new = Alert.objects.filter(request_key=key).first(), False
            if alert is None:
                content = AlertContent(**values)
                alert, new = lifecycle.draft_once(content, by=author(request), key=key)
        if not new:
            return self.shown(alert.code)
        response = self.shown(alert.code, status=201)
        response["Location"] = reverse("api:alert", args=[alert.code])
        return response


class AlertDetail(AlertView):
    """One alert."""

    access = {"GET": ANYONE, "PUT": Scope.WRITE, "PATCH": Scope.WRITE, "DELETE": Scope.WRITE}

    @extend_schema(
        operation_id="getAlert",
        responses=AlertDetailSerializer,
        parameters=[ALERT_CODE, ALERT_ETAG],
        tags=["alerts"],
    )
    def get(self, request: Request, code: str) -> Response:
        """Read an alert and its updates, oldest first."""
        key = request.auth
        drafts_too = isinstance(key, Key) and key.allows(Scope.READ)
        among = every_alert() if drafts_too else selectors.published_alerts()
        return Response(AlertDetailSerializer(find_alert(code, among=among)).data)

    @extend_schema(
        operation_id="replaceDraft",
        parameters=[ALERT_CODE, IF_MATCH, ALERT_ETAG],
        request=ContentSerializer,
        responses=AlertDetailSerializer,
        tags=["drafts"],
    )
    def put(self, request: Request, code: str) -> Response:
        """Replace what a draft says, whole."""
        return self._revise(request, code, partial=False)

    @extend_schema(
        operation_id="reviseDraft",
        parameters=[ALERT_CODE, IF_MATCH, ALERT_ETAG],
        request=ContentSerializer(partial=True),
        responses=AlertDetailSerializer,
        tags=["drafts"],
    )
    def patch(self, request: Request, code: str) -> Response:
        """Change some of what a draft says; `words` and `areas` are replaced whole."""
        return self._revise(request, code, partial=True)

    @extend_schema(
        operation_id="discardDraft",
        parameters=[ALERT_CODE, IF_MATCH],
        request=None,
        responses={204: OpenApiResponse(description="It is gone.")},
        tags=["drafts"],
    )
    def delete(self, request: Request, code: str) -> Response:
        """Discard a draft. What people have been told of is resolved or cancelled instead."""
        alert = find_alert(code)
        version = seen(request, valid(VersionSerializer(data=request.data)).get("version"))
        try:
            lifecycle.discard_draft(alert, version=version.version)
        except AlertChanged as changed:
            raise version.refusal(changed) from None
        return Response(status=204)

    def _revise(self, request: Request, code: str, *, partial: bool) -> Response:
        alert = find_alert(code)
        changes = valid(ContentSerializer(data=request.data, partial=partial))
        version = seen(request, changes.pop("version", None))
        content = replace(AlertContent.of(alert), **changes)
        try:
            lifecycle.revise_draft(alert, content, version=version.version)
        except AlertChanged as changed:
            raise version.refusal(changed) from None
        return self.shown(code)


class Unschedule(AlertView):
    """The way back from a planned publication."""

    access = {"POST": Scope.PUBLISH}

    @extend_schema(
        operation_id="unscheduleDraft",
        parameters=[ALERT_CODE, IF_MATCH, ALERT_ETAG],
        request=VersionSerializer,
        responses=AlertDetailSerializer,
        tags=["drafts"],
    )
    def post(self, request: Request, code: str) -> Response:
        """Undo a planned publication: it stays a draft."""
        alert = find_alert(code)
        version = seen(request, valid(VersionSerializer(data=request.data)).get("version"))
        try:
            unschedule_draft(alert, version=version.version)
        except AlertChanged as changed:
            raise version.refusal(changed) from None
        return self.shown(code)


def _wanted(filters: dict[str, Any]) -> QuerySet[Alert]:
    """The alerts that the filters leave."""
    states = filters.get("state")
    if filters.get("current"):
        alerts = selectors.current_alerts(timezone.now())
    elif states:
        alerts = every_alert()
    else:
        alerts = selectors.published_alerts()
    if states:
        alerts = alerts.filter(state__in=states)
    if severities := filters.get("severity"):
        alerts = alerts.filter(severity__in=severities)
    if service := filters.get("service"):
        alerts = alerts.filter(service=service)
    if area := filters.get("area"):
        alerts = selectors.concerning(alerts, area)
    if areas := filters.get("point"):
        alerts = selectors.within(alerts, areas)
    return selectors.stood(alerts, filters.get("begin"), filters.get("end"))
