"""What goes wrong, said as problem documents (RFC 9457), in the caller's language.

``title`` is the status' own phrase, for programs and logs; ``detail`` is a sentence for a person;
``errors`` names each field that needs mending.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from notify.alerts.lifecycle import AlertChanged, IllegalMove, KeyReused

MEDIA_TYPE = "application/problem+json"
LONGEST_ECHO = 500
"""How much of a sentence is answered, in characters: it may quote what the caller sent."""


class Unprocessable(exceptions.ValidationError):
    """Understood, and wrong in some field (RFC 9110 section 15.5.21)."""

    status_code = 422


class VersionRequired(exceptions.APIException):
    """The caller did not say which version they saw (RFC 6585 section 3)."""

    status_code = 428

    def __init__(self) -> None:
        super().__init__(
            _("Say which version you saw: send If-Match with the alert's ETag, or “version”.")
        )


class VersionPassed(exceptions.APIException):
    """``If-Match`` names a version that is no longer the alert's (RFC 9110 section 15.5.13)."""

    status_code = 412


class Conflict(exceptions.APIException):
    """The alert's state, or its version in the body, does not allow it (RFC 9110 section 15.5.10)."""

    status_code = 409


class LengthRequired(exceptions.APIException):
    """The body's length is not said beforehand (RFC 9110 section 15.5.12): it would be read as empty."""

    status_code = 411

    def __init__(self) -> None:
        super().__init__(_("Say how long the body is: send Content-Length."))


class TooLarge(exceptions.APIException):
    """The body is larger than we read (RFC 9110 section 15.5.14)."""

    status_code = 413

    def __init__(self, limit: int) -> None:
        super().__init__(_("The body is too large: at most %(limit)d bytes.") % {"limit": limit})


def handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """The problem document for an error, or None for one that is our own fault (500).

    The REST framework's EXCEPTION_HANDLER.
    """
    known = _known(error)
    if known is None:
        return None
    document = problem(known.status_code, _detail(known))
    if isinstance(known, exceptions.ValidationError):
        document["errors"] = [
            {"field": field, "message": message[:LONGEST_ECHO]}
            for field, message in _fields(known.detail)
        ]
    # Also where the view itself answers in YAML or HTML.
    request = context["request"]
    request.accepted_renderer, request.accepted_media_type = JSONRenderer(), JSONRenderer.media_type
    return Response(
        document, status=known.status_code, headers=_headers(known), content_type=MEDIA_TYPE
    )


def refusal(error: exceptions.APIException | BadRequest) -> JsonResponse:
    """The problem document for a request under the API that never came to a view of it."""
    known = _known(error)
    assert known is not None  # noqa: S101 - for the type: both kinds are known
    document = problem(known.status_code, _detail(known))
    return _outside(document)


def failure() -> JsonResponse:
    """The problem document for what is our own fault. It tells nothing of what that was."""
    sentence = _(
        "Something went wrong on our side and has been noted. Wait a minute and try again."
    )
    return _outside(problem(500, sentence))


def _outside(document: dict[str, Any]) -> JsonResponse:
    """The answer where no view of the API makes it."""
    return JsonResponse(
        document,
        status=document["status"],
        content_type=MEDIA_TYPE,
        headers={"Cache-Control": "no-store"},
    )


def problem(status: int, detail: str) -> dict[str, Any]:
    """A problem document without more to it than its sentence."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail[:LONGEST_ECHO],
    }


def _known(error: Exception) -> exceptions.APIException | None:
    """The error as one of the REST framework's, if it is the caller's to mend."""
    match error:
        case exceptions.APIException():
            found = error
        case Http404():
            found = exceptions.NotFound()
        case RequestDataTooBig():
            found = TooLarge(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        case SuspiciousOperation() | BadRequest():
            # Django's own guards, such as thousands of query parameters.
            found = exceptions.ParseError(_("The request is not one that can be answered."))
        case DjangoValidationError():
            found = Unprocessable(_messages(error))
        case KeyReused():
            found = Unprocessable({"Idempotency-Key": [str(error)]})
        case IllegalMove() | AlertChanged():
            found = Conflict(str(error))
        case _:
            return None
    return found


def _messages(error: DjangoValidationError) -> dict[str, list[str]]:
    return error.message_dict if hasattr(error, "error_dict") else {"": error.messages}


def _detail(error: exceptions.APIException) -> str:
    if isinstance(error, exceptions.ValidationError):
        return _("Some of what was sent needs mending: see “errors”.")
    sentence = _SENTENCES.get(type(error))
    return str(sentence()) if sentence else str(error.detail)


# The REST framework's own sentences are translated only in part, and say little of what to do.
_SENTENCES: dict[type[exceptions.APIException], Callable[[], str]] = {
    exceptions.NotFound: lambda: _("There is nothing at this address."),
    exceptions.MethodNotAllowed: lambda: _(
        "This address does not take that method: see the header Allow."
    ),
    exceptions.NotAcceptable: lambda: _("Only JSON is served here: send Accept: application/json."),
    exceptions.UnsupportedMediaType: lambda: _("Send JSON: Content-Type: application/json."),
    exceptions.Throttled: lambda: _("Too many calls. Wait a while: see the header Retry-After."),
}


def _headers(error: exceptions.APIException) -> dict[str, str]:
    """The headers that go with the status: the challenge of 401, the wait of 429."""
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait))
    return headers


def _fields(detail: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Each sentence with the path of its field, as ``words.sv.headline`` or ``areas.2``."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            own = str(name) in ("non_field_errors", "__all__", "")
            yield from _fields(inner, path if own else f"{path}.{name}".lstrip("."))
    elif isinstance(detail, list):
        for number, inner in enumerate(detail):
            deeper = isinstance(inner, Mapping | list)
            yield from _fields(inner, f"{path}.{number}".lstrip(".") if deeper else path)
    else:
        yield path[:LONGEST_ECHO], str(detail)
