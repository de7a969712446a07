"""How the OpenAPI schema tells what the code already knows: who may call, and what errors look like."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from notify.api.authentication import KeyAuthentication
from notify.api.models import Scope
from notify.api.permissions import Access
from notify.api.problems import MEDIA_TYPE

IF_MATCH = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description='The ETag that you got with the alert, or its version in quotes: `"3"`. Needed unless '
    "the body says `version`. 412 if the alert has changed since (409 when the body said it), 428 "
    "without either.",
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.UUID,
    OpenApiParameter.HEADER,
    description="A new UUID for each thing that you do; the same one when you try it again. A second "
    "request with the same key does nothing and gets the first one's answer; with other content "
    "it gets 422. Without it each request stands for itself.",
)
DETAIL_ETAG = OpenApiParameter(
    "ETag",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    response=[200],
    description='`"<version>-<digest>"`: for If-None-Match, and for If-Match when you change it.',
)
MOVE_ETAG = OpenApiParameter(
    "ETag",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    response=[200, 201, 202],
    description='`"<version>-<digest>"` with the alert\'s new version: for the next If-Match.',
)

PROBLEM = {
    "type": "object",
    "description": "What went wrong (RFC 9457), in the language of Accept-Language.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string", "description": "The status' own phrase."},
        "status": {"type": "integer"},
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


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the schema describes the key."""

    target_class = KeyAuthentication
    name = "key"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """A bearer token (OpenAPI 3.1 section 4.8.27)."""
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "ntf_<prefix>_<secret>, from `manage.py create_api_key`.",
        }


class AccessSchema(AutoSchema):
    """Reads who may call an operation from its view's ``access``."""

    def get_auth(self) -> list[dict[str, list[Any]]]:
        """The key where a scope is needed; a key or none where anyone may call."""
        needed = self._needed()
        key: dict[str, list[Any]] = {KeyScheme.name: []}
        return [key] if isinstance(needed, Scope) else [key, {}]

    def get_summary(self) -> str | None:
        """The first sentence of the view's own words, for the list of operations."""
        words: str = super().get_description()
        return words.partition("\n")[0].partition(". ")[0].rstrip(".") or None

    def get_description(self) -> str:  # type: ignore[override]  # as spectacular has it
        """The view's own words, and the scope that it takes."""
        words = super().get_description()
        needed = self._needed()
        if isinstance(needed, Scope):
            words = f"{words}\n\nTakes a key with the scope `{needed.value}`."
        return words

    def _needed(self) -> Access:
        view: Any = self.view
        needed: Access = view.access[self.method]
        return needed


def add_problems(result: dict[str, Any], **_context: Any) -> dict[str, Any]:
    """Say of every operation that what goes wrong is a problem document. A postprocessing hook."""
    result["components"]["schemas"]["Problem"] = PROBLEM
    answer = {
        "description": "Whatever went wrong.",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"]["default"] = answer
    return result
