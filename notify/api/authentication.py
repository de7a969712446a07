"""Who calls: ``Authorization: Bearer ntf_<prefix>_<secret>`` (RFC 6750), or nobody in particular.

Sessions and cookies are not looked at, so no page on another site can act in an editor's name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from notify.api.keys import find_key, note_use
from notify.api.models import Key

if TYPE_CHECKING:
    from django.contrib.auth.models import User
    from drf_spectacular.openapi import AutoSchema


class KeyAuthentication(BaseAuthentication):
    """Reads the bearer key. A key that opens nothing is refused even where no key is needed."""

    def authenticate(self, request: Request) -> tuple[User, Key] | None:
        """The key's user and the key; None without a bearer key. Raises AuthenticationFailed."""
        scheme, _space, shown = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        key = find_key(shown.strip())
        if key is None:
            raise AuthenticationFailed(
                _("This key is unknown, expired or revoked. Ask for a new one.")
            )
        note_use(key)
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        """The challenge that goes with 401 (RFC 6750 section 3)."""
        return 'Bearer realm="notify"'


class KeyScheme(OpenApiAuthenticationExtension):
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
