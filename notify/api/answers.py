"""What the schema says of every operation beside its own words: errors, headers, examples, caches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Any

from notify.api.examples import ANSWERS, PROBLEM, REQUESTS
from notify.api.problems import MEDIA_TYPE

Document = dict[str, Any]

PROBLEM_SCHEMA: Document = {
    "type": "object",
    "description": "What went wrong (RFC 9457), in the language of Accept-Language.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {
            "type": "string",
            "format": "uri-reference",
            "description": "`about:blank`: the status says what kind it is.",
        },
        "title": {"type": "string", "description": "The status' own phrase."},
        "status": {"type": "integer", "description": "The status."},
        "detail": {"type": "string", "description": "A sentence for a person."},
        "errors": {
            "type": "array",
            "description": "With 400 and 422: each field that needs mending.",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {
                    "field": {
                        "type": "string",
                        "description": "Its path: `words.sv.headline`, `areas.2`; empty for the whole.",
                    },
                    "message": {"type": "string", "description": "A sentence for a person."},
                },
            },
        },
    },
}

ERRORS = {
    400: "What was sent cannot be read, or the query means nothing: see `errors`.",
    401: "No key, or one that is unknown, expired or revoked.",
    403: "The key, or its user, may not do this.",
    404: "There is nothing at this address.",
    406: "Something else than JSON was asked for.",
    409: "The alert's state does not allow it, or it is no longer the version that the body names.",
    412: "It is no longer the version that If-Match names. Read it again, then decide.",
    411: "The body comes in chunks, without a Content-Length.",
    413: "The body is larger than a megabyte.",
    415: "The body is of another type than the operation takes.",
    422: "A field needs mending: see `errors`. Or the Idempotency-Key was used for something else.",
    428: "Neither If-Match nor the body says which version was seen.",
    429: "Too many calls. Wait for as many seconds as Retry-After says.",
}


def _header(description: str, example: str) -> Document:
    return {"description": description, "schema": {"type": "string"}, "example": example}


HEADERS = {
    "RateLimit-Policy": _header(
        "What limits this caller (draft-ietf-httpapi-ratelimit-headers-11): `q` calls in `w` seconds, with "
        "a key (`key`) or from an address (`client`). Missing where nothing does.",
        '"client";q=300;w=60',
    ),
    "RateLimit": _header(
        "What is left of it: `r` calls; in `t` seconds all of it is there again.",
        '"client";r=297;t=52',
    ),
    "Retry-After": _header("Seconds to wait.", "52"),
    "WWW-Authenticate": _header("The challenge (RFC 6750).", 'Bearer realm="notify"'),
    "ETag": _header(
        "For If-None-Match: a strong tag of these bytes.", '"9f86d081884c7d659a2feaa0"'
    ),
}
# On every answer; said of those alone to which it matters.
LIMITS = ("RateLimit-Policy", "RateLimit")
ON_ERRORS = {401: ("WWW-Authenticate",), 429: ("Retry-After", *LIMITS)}

IF_NONE_MATCH: Document = {
    "name": "If-None-Match",
    "in": "header",
    "schema": {"type": "string"},
    "description": "The ETag of an earlier answer: 304 without a body if it would be the same.",
}

_NEXT = {"header.If-Match": "$response.header.ETag"}
_OF_DRAFT = {"path.code": "$response.body#/code"}
_OF_MOVE = {"path.code": "$response.body#/alert/code"}
_SEEN = {"path.number": "$response.body#/number"}
LINKS: dict[tuple[str, str], dict[str, Document]] = {
    ("createDraft", "201"): {
        "getAlert": _OF_DRAFT,
        "reviseDraft": _OF_DRAFT | _NEXT,
        "discardDraft": _OF_DRAFT | _NEXT,
        "previewMove": _OF_DRAFT,
        "publishAlert": _OF_DRAFT | _NEXT,
    },
    ("publishAlert", "201"): {
        "getProgress": _OF_MOVE | _SEEN,
        "updateAlert": _OF_MOVE | _NEXT,
        "resolveAlert": _OF_MOVE | _NEXT,
        "cancelAlert": _OF_MOVE | _NEXT,
    },
    ("publishAlert", "202"): {"unscheduleDraft": _OF_MOVE | _NEXT},
    ("updateAlert", "201"): {"resolveAlert": _OF_MOVE | _NEXT, "getProgress": _OF_MOVE | _SEEN},
}
"""Operation and status → what usually follows, and where its parameters stand in the answer."""


def add_answers(result: Document, **_context: Any) -> Document:
    """Complete the schema. A postprocessing hook of drf-spectacular's."""
    parts = result["components"]
    parts["schemas"]["Problem"] = PROBLEM_SCHEMA
    parts["headers"] = HEADERS
    parts["responses"] = {_name(status): _error(status) for status in ERRORS}
    for path in result["paths"].values():
        for method, operation in path.items():
            _complete(method, operation)
    return result


def _complete(method: str, operation: Document) -> None:
    """Add to one operation what goes for all of its kind; what its view said stays."""
    name, answers = operation["operationId"], operation["responses"]
    errors = {*_errors(method, operation), *(int(status) for status in answers if status >= "400")}
    for status, answer in answers.items():
        answer["description"] = answer.get("description") or "As it is now."
        if status < "300":
            _head(answer, LIMITS)
            if name in ANSWERS:
                _show(answer, ANSWERS[name])
        if links := LINKS.get((name, status)):
            answer["links"] = {
                follows: {"operationId": follows, "parameters": parameters}
                for follows, parameters in links.items()
            }
    if name in REQUESTS:
        _show(operation["requestBody"], REQUESTS[name])
    if method == "get":
        operation.setdefault("parameters", []).append(IF_NONE_MATCH)
        _head(answers["200"], ["ETag"])
        answers["304"] = {"description": "What If-None-Match names has not changed."}
        _head(answers["304"], ["ETag", *LIMITS])
    for status in sorted(errors):
        answers[str(status)] = {"$ref": f"#/components/responses/{_name(status)}"}
    answers["default"] = _problem("Anything else, such as 500: our own fault, and noted.")
    _show(answers["default"], PROBLEM)


def _errors(method: str, operation: Document) -> Iterator[int]:
    """What may go wrong with it, as far as that follows from what it takes."""
    taken = {(one["in"], one["name"]) for one in operation.get("parameters", [])}
    yield from (400, 401, 406, 429)
    if {} not in operation["security"]:
        yield 403
    if any(place == "path" for place, _name in taken):
        yield 404
    if method != "get":
        yield from (411, 413, 415, 422)
    if ("header", "If-Match") in taken:
        yield from (409, 412, 428)


def _error(status: int) -> Document:
    answer = _problem(ERRORS[status])
    _head(answer, ON_ERRORS.get(status, ()))
    if status in (400, 422):
        _show(answer, PROBLEM | {"status": status, "title": HTTPStatus(status).phrase})
    return answer


def _problem(description: str) -> Document:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": description, "content": {MEDIA_TYPE: {"schema": schema}}}


def _head(answer: Document, names: Iterable[str]) -> None:
    headers = answer.setdefault("headers", {})
    for name in names:
        headers.setdefault(name, {"$ref": f"#/components/headers/{name}"})


def _show(body: Document, example: Any) -> None:
    for content in body.get("content", {}).values():
        content["example"] = example


def _name(status: int) -> str:
    return HTTPStatus(status).phrase.title().replace(" ", "").replace("-", "")
