"""Who calls: ``Authorization: Bearer ntf_<prefix>_<secret>`` (RFC 6750), or nobody in particular.

Sessions and cookies are not looked at, so no page on another site can act in an editor's name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from notify.api.keys import find_key, note_use
from notify.api.models import Key

if TYPE_CHECKING:
    from django.contrib.auth.models import User


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
