"""Correcting what was said last: the one change of a published alert that reaches nobody's phone."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from notify.alerts.lifecycle import AlertChanged
from notify.api.models import Scope
from notify.api.permissions import author
from notify.api.preconditions import request_key, seen
from notify.api.repeats import once
from notify.api.schema import ALERT_CODE, ALERT_ETAG, IDEMPOTENCY_KEY, IF_MATCH
from notify.api.serializers.correction import CorrectedSerializer, CorrectionSerializer
from notify.api.views.alerts import find_alert, valid
from notify.api.views.base import ApiView
from notify.dispatch.correct import correct


class Correct(ApiView):
    """The words of an alert's latest update."""

    access = {"POST": Scope.PUBLISH}

    def shows_version(self, response: Response) -> int | None:
        """The version that the alert has after it, for the next If-Match."""
        return response.data["alert"]["version"] if response.status_code in (200, 201) else None

    @extend_schema(
        operation_id="correctAlert",
        parameters=[ALERT_CODE, IF_MATCH, IDEMPOTENCY_KEY, ALERT_ETAG],
        request=CorrectionSerializer,
        responses={
            201: OpenApiResponse(CorrectedSerializer, description="Corrected; nobody is told."),
            200: OpenApiResponse(
                CorrectedSerializer,
                description="This request was made before: nothing was changed again.",
            ),
        },
        tags=["moves"],
    )
    def post(self, request: Request, code: str) -> Response:
        """Correct the words of what was said last, and tell nobody. An SMS that was sent stays as it is.

        Allowed while the alert stands and for seven days after its end. What is new (where, how bad,
        how long, what to do) is an update.
        """
        given = valid(CorrectionSerializer(data=request.data))
        version = seen(request, given.get("version"))
        alert, key, by = find_alert(code), request_key(request), author(request)
        try:
            with once(request, key, {"words": given["words"]}):
                made, new = correct(alert, given["words"], version=version.version, key=key, by=by)
        except AlertChanged as changed:
            raise version.refusal(changed) from None
        came_to = {
            "alert": find_alert(code),
            "identifier": made.update.identifier,
            "number": made.update.number,
            "corrected_at": made.made_at,
        }
        return Response(CorrectedSerializer(came_to).data, status=201 if new else 200)
