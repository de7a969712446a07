"""Who may call what: every view says it for each of its methods, and what is not said is refused."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from rest_framework.exceptions import NotAuthenticated, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from notify.api.models import PERMISSIONS, Key, Scope, may

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.contrib.auth.models import User
    from rest_framework.views import APIView


class Anyone(Enum):
    """Those who may call without a key."""

    ANYONE = "anyone"


ANYONE = Anyone.ANYONE
Access = Scope | Anyone


class ReadOrScope(BasePermission):
    """Lets through whom the view's ``access`` names: method → ANYONE or the scope it takes."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """True, or NotAuthenticated or PermissionDenied with a sentence for the caller."""
        access: Mapping[str, Access] = getattr(view, "access", {})
        method = "GET" if request.method == "HEAD" else request.method or ""
        if method not in access:
            # Asking what may be done here tells nothing; anything else ends as 405 in dispatch.
            return method == "OPTIONS" or method not in view.allowed_methods
        wanted = access[method]
        if not isinstance(wanted, Anyone):
            require(request, wanted)
        return True


def require(request: Request, scope: Scope) -> None:
    """Raise NotAuthenticated without a key, PermissionDenied with one that does not allow it."""
    key = calling_key(request)
    if scope not in key.scopes:
        raise PermissionDenied(_("This key lacks the scope “%(scope)s”.") % {"scope": scope.value})
    if not may(key.user, scope):
        raise PermissionDenied(
            _("The user of this key lacks the permission “%(permission)s”.")
            % {"permission": PERMISSIONS[scope][0]}
        )


def author(request: Request) -> User:
    """Whose move it is: the key's user. Raises NotAuthenticated without a key."""
    return calling_key(request).user


def calling_key(request: Request) -> Key:
    """The key that the request shows. Raises NotAuthenticated without one."""
    key = request.auth
    if not isinstance(key, Key):
        raise NotAuthenticated(_("Call with a key: Authorization: Bearer ntf_…"))
    return key
