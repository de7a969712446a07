"""CAP 1.2 from other systems."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from notify.api.models import Key, Scope
from notify.api.permissions import author
from notify.api.problems import Unprocessable
from notify.api.schema import LOCATION
from notify.api.serializers.taken import TakenSerializer
from notify.api.views.base import ApiView
from notify.api.xml_parsers import CapParser, TextXmlParser, XmlParser
from notify.intake.cap.read import read
from notify.intake.document import Document
from notify.intake.faults import Refused, Unreadable
from notify.intake.follow import Taking
from notify.intake.models import Message, Origin, Outcome
from notify.intake.take import take_in

MADE = frozenset(
    {
        Outcome.DRAFTED,
        Outcome.PUBLISHED,
        Outcome.UPDATED,
        Outcome.RESOLVED,
        Outcome.CANCELLED,
    }
)
"""Outcomes by which something came to be (201)."""
PARSERS = (CapParser, XmlParser, TextXmlParser)


class NotXml(exceptions.APIException):
    """The body is said to be something else (RFC 9110 section 15.5.16)."""

    status_code = 415

    def __init__(self) -> None:
        super().__init__(_("Send CAP 1.2: Content-Type: application/cap+xml."))


class TakeCap(ApiView):
    """Where other systems tell us."""

    access = {"POST": Scope.WRITE}
    parser_classes = PARSERS

    @extend_schema(
        operation_id="takeCap",
        parameters=[LOCATION],
        request={parser.media_type: OpenApiTypes.STR for parser in PARSERS},
        responses={
            201: OpenApiResponse(
                TakenSerializer, description="A draft was made, or something published."
            ),
            202: OpenApiResponse(TakenSerializer, description="It waits for an editor."),
            200: OpenApiResponse(
                TakenSerializer,
                description="Nothing new came to be: it was taken in before, or changed or discarded a "
                "draft, or brought nothing new.",
            ),
        },
        tags=["CAP"],
    )
    def post(self, request: Request) -> Response:
        """Take in a CAP 1.2 message as a draft, or publish it.

        It is published if the key has the scope `publish`, its sender is trusted with this key, and all
        of it can be carried on exactly. `Update` and `Cancel` follow their `references`. The same message
        again changes nothing and gets the same answer.
        """
        try:
            document = read(_body(request))
            taking = Taking(by=author(request), publishes=_trusted(request.auth, document))
            message, new = take_in(document, origin=Origin.CAP, taking=taking)
        except Unreadable as wrong:
            raise exceptions.ValidationError(_by_field(wrong)) from None
        except Refused as wrong:
            raise Unprocessable(_by_field(wrong)) from None
        return _answer(message, new=new)


def _body(request: Request) -> bytes:
    """What was sent. Raises NotXml."""
    try:
        data: Any = request.data
    except exceptions.UnsupportedMediaType:
        raise NotXml from None
    return data if isinstance(data, bytes) else b""


def _trusted(key: Any, document: Document) -> bool:
    """Whether what the key's user says in this sender's name goes out by itself."""
    if not isinstance(key, Key) or not key.allows(Scope.PUBLISH):
        return False
    return (document.sender, key.user.get_username()) in settings.CAP_TRUSTED_SENDERS


def _by_field(refused: Refused) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for fault in refused.faults:
        found.setdefault(fault.field, []).append(str(fault))
    return found


def _answer(message: Message, *, new: bool) -> Response:
    status = 200
    if new:
        status = (
            202 if message.outcome == Outcome.WAITING else 201 if message.outcome in MADE else 200
        )
    response = Response(TakenSerializer(message).data, status=status)
    if status == 201:
        response["Location"] = reverse("api:alert", args=[message.code])
    return response
