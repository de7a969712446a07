"""How the OpenAPI schema tells what the code already knows: who may call, and what a header means."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerExtension,
)
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from notify.api.authentication import KeyAuthentication
from notify.api.models import Scope
from notify.api.permissions import Access
from notify.api.preconditions import REQUEST_KEY

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
    {"type": "string", "pattern": REQUEST_KEY, "example": "0b6c1f0e-2f0a-4d53-9a53-1f8a6a0c8f11"},
    OpenApiParameter.HEADER,
    description="A new UUID for each thing that you do; the same one when you try it again. A second "
    "request with the same key does nothing and gets the first one's answer; with other content "
    "it gets 422. Without it each request stands for itself.",
)
ALERT_CODE = OpenApiParameter(
    "code", OpenApiTypes.STR, OpenApiParameter.PATH, description="The alert's code, as `65cmgvq`."
)
AREA_CODE = OpenApiParameter(
    "code", OpenApiTypes.STR, OpenApiParameter.PATH, description="The area's code, as `1490TB121`."
)
UPDATE_NUMBER = OpenApiParameter(
    "number",
    {"type": "integer", "minimum": 1},
    OpenApiParameter.PATH,
    description="The update's place in the alert's story.",
)
ALERT_ETAG = OpenApiParameter(
    "ETag",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    response=[200, 201, 202],
    description='`"<version>-<digest>"` of the alert as it is now: for the next If-Match.',
)
LOCATION = OpenApiParameter(
    "Location",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    response=[201],
    description="Where the alert is.",
)


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


class StrictBodies(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """Says of a body that no other fields are taken, and which are taken and not read."""

    target_class = "notify.api.serializers.fields.StrictSerializer"
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        """The body as drf-spectacular has it, closed."""
        schema: dict[str, Any] = auto_schema._map_serializer(  # type: ignore[no-untyped-call]
            self.target, direction, bypass_extensions=True
        )
        schema["additionalProperties"] = False
        if tolerated := sorted(self.target.tolerated - self.target.fields.keys()):
            schema["patternProperties"] = {
                f"^({'|'.join(tolerated)})$": {
                    "description": "Answered and not read: what was fetched may be sent back."
                }
            }
        return schema


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
