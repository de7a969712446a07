"""Publish, update, resolve, cancel: the moves that reach people, and how far they have come."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from notify.alerts.content import AlertContent
from notify.alerts.lifecycle import AlertChanged, KeyReused, destination
from notify.alerts.models import Alert, Schedule, Update
from notify.alerts.vocabulary import Move
from notify.api.models import Scope
from notify.api.permissions import author
from notify.api.preconditions import Seen, request_key, seen
from notify.api.repeats import once
from notify.api.schema import ALERT_CODE, ALERT_ETAG, IDEMPOTENCY_KEY, IF_MATCH, UPDATE_NUMBER
from notify.api.serializers.alerts import AlertSerializer, MadeSerializer
from notify.api.serializers.outlook import OutlookQuery, OutlookSerializer
from notify.api.serializers.progress import ProgressSerializer
from notify.api.serializers.writing import (
    PublishSerializer,
    ResolveSerializer,
    UpdateInputSerializer,
    VersionSerializer,
    WordsSerializer,
)
from notify.api.views.alerts import find_alert, valid
from notify.api.views.base import ApiView
from notify.dispatch.models import Dispatch
from notify.dispatch.preview import preview
from notify.dispatch.progress import failures, progress
from notify.dispatch.scheduled import announce_later
from notify.dispatch.start import announce_once

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Post = TypeVar("Post", bound=Callable[..., Response])


PUBLISHED = {201: OpenApiResponse(MadeSerializer, description="Published; people are being told.")}
PLANNED = {202: OpenApiResponse(MadeSerializer, description="Planned; it goes out by itself.")}


def described(
    serializer: Any, name: str, made: Mapping[int, OpenApiResponse] = PUBLISHED
) -> Callable[[Post], Post]:
    """How the schema tells of one move."""
    tells: Callable[[Post], Post] = extend_schema(
        operation_id=f"{name}Alert",
        parameters=[ALERT_CODE, IF_MATCH, IDEMPOTENCY_KEY, ALERT_ETAG],
        request=serializer,
        responses={
            **made,
            200: OpenApiResponse(
                MadeSerializer, description="This request was made before: nothing was sent again."
            ),
        },
        tags=["moves"],
    )
    return tells


def standing_for(move: Move, alert: Alert) -> AlertContent:
    """What the alert says, as far as the move leaves it standing."""
    if move == Move.PUBLISH:
        return AlertContent.of(alert)
    return AlertContent.onward(alert) if move == Move.UPDATE else AlertContent.over(alert)


class MoveView(ApiView):
    """One move of an alert."""

    access = {"POST": Scope.PUBLISH}
    move: ClassVar[Move]
    serializer: ClassVar[type[VersionSerializer]]
    partial: ClassVar[bool] = False

    def shows_version(self, response: Response) -> int | None:
        """The version that the alert has after the move, for the next If-Match."""
        return (
            response.data["alert"]["version"] if response.status_code in (200, 201, 202) else None
        )

    def make(self, request: Request, code: str) -> Response:
        """Announce the move, now or at ``publish_at``, once for each Idempotency-Key."""
        alert = find_alert(code)
        changes = valid(self.serializer(data=request.data, partial=self.partial))
        version = seen(request, changes.pop("version", None))
        key = request_key(request)
        with once(request, key, changes):
            return self._make(alert, changes, version, key=key, by=author(request))

    def _make(
        self,
        alert: Alert,
        changes: dict[str, Any],
        version: Seen,
        *,
        key: uuid.UUID,
        by: User,
    ) -> Response:
        at = changes.pop("publish_at", None)
        asks = changes.pop("ask", False)
        said = Update.objects.filter(request_key=key).first()
        planned = Schedule.objects.filter(key=key).first()
        if before := said or planned:
            if before.alert_id != alert.pk:
                raise KeyReused
            return _made(alert, said, status=200)
        content = replace(standing_for(self.move, alert), **changes)
        try:
            if at:
                _plan, new = announce_later(alert, at, version=version.version, key=key, by=by)
                return _made(find_alert(alert.code), None, status=202 if new else 200)
            dispatch, new = announce_once(
                alert, self.move, content, version=version.version, key=key, by=by, asks=asks
            )
        except AlertChanged as changed:
            raise version.refusal(changed) from None
        return _made(find_alert(alert.code), dispatch.update, status=201 if new else 200)


class Publish(MoveView):
    """The draft goes out."""

    move = Move.PUBLISH
    serializer = PublishSerializer

    @described(PublishSerializer, "publish", PUBLISHED | PLANNED)
    def post(self, request: Request, code: str) -> Response:
        """Publish a draft as it is, and tell everybody who asked to know.

        With `publish_at` it stays a draft and goes out by itself then, in the place of an earlier
        plan. A change of the draft undoes the plan, and so does `unschedule`.
        """
        return self.make(request, code)


class PostUpdate(MoveView):
    """News about what stands."""

    move = Move.UPDATE
    serializer = UpdateInputSerializer
    partial = True

    @described(UpdateInputSerializer(partial=True), "update")
    def post(self, request: Request, code: str) -> Response:
        """Post what is new. What is left out stays as it is; `words` are replaced whole."""
        return self.make(request, code)


class Resolve(MoveView):
    """The all-clear."""

    move = Move.RESOLVE
    serializer = ResolveSerializer

    @described(ResolveSerializer, "resolve")
    def post(self, request: Request, code: str) -> Response:
        """Say that it is over, to those who were told before and to whoever has asked since."""
        return self.make(request, code)


class Cancel(MoveView):
    """Taking it back."""

    move = Move.CANCEL
    serializer = WordsSerializer

    @described(WordsSerializer, "cancel")
    def post(self, request: Request, code: str) -> Response:
        """Say that it was sent in error, to exactly those who were told before."""
        return self.make(request, code)


class MoveOutlook(ApiView):
    """What a move would do."""

    access = {"GET": Scope.READ}

    @extend_schema(
        operation_id="previewMove",
        parameters=[ALERT_CODE, OutlookQuery],
        responses={200: OutlookSerializer, 409: None, 422: None},
        tags=["moves"],
    )
    def get(self, request: Request, code: str) -> Response:
        """Count whom a move would reach and what it would cost. Nothing is written or sent."""
        query = OutlookQuery.read(request.query_params)
        move = Move(query["move"])
        alert = find_alert(code)
        destination(alert, move)
        at = query["publish_at"]
        if at and move != Move.PUBLISH:
            raise ValidationError({"publish_at": [_("Only a draft can be published later.")]})
        outlook = preview(alert, move, standing_for(move, alert), at=at)
        return Response(OutlookSerializer(outlook).data)


class UpdateProgress(ApiView):
    """How an update is reaching people."""

    access = {"GET": Scope.READ}

    @extend_schema(
        operation_id="getProgress",
        parameters=[ALERT_CODE, UPDATE_NUMBER],
        responses=ProgressSerializer,
        tags=["moves"],
    )
    def get(self, request: Request, code: str, number: int) -> Response:
        """Count an update's deliveries, channel by channel and state by state."""
        dispatch = (
            Dispatch.objects.filter(update__alert__code=code, update__number=number)
            .select_related("update")
            .first()
        )
        if dispatch is None:
            raise Http404
        channels = progress(dispatch)
        document = {
            "identifier": dispatch.update.identifier,
            "finished": all(one.finished for one in channels),
            "channels": channels,
            "failures": failures(dispatch),
        }
        return Response(ProgressSerializer(document).data)


def _made(alert: Alert, update: Update | None, *, status: int) -> Response:
    path = reverse("api:progress", args=[alert.code, update.number]) if update else ""
    return Response(
        {
            "alert": AlertSerializer(alert).data,
            "identifier": update.identifier if update else None,
            "number": update.number if update else None,
            "progress": settings.PUBLIC_URL + path if update else None,
        },
        status=status,
    )
