"""Who may use the console: active staff who may publish, or manage receiving systems."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeGuard

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from notify.alerts.editors import may_publish
from notify.console.refusal import refused
from notify.console.unsent import has_words, session_ended

P = ParamSpec("P")
SYSTEMS = "webhooks.manage_endpoints"


class EditorRequest(HttpRequest):
    """A request that was let through, so somebody is known to make it."""

    user: User


def is_editor(user: AbstractBaseUser | AnonymousUser) -> TypeGuard[User]:
    """Whether the user may publish."""
    return isinstance(user, User) and may_publish(user)


def manages_systems(user: AbstractBaseUser | AnonymousUser) -> TypeGuard[User]:
    """Whether the user may say which other systems are told: active staff with the permission."""
    return isinstance(user, User) and user.is_active and user.is_staff and user.has_perm(SYSTEMS)


def not_an_editor() -> str:
    """The sentence for somebody who is logged in without being an editor."""
    return _(
        "Your account may not publish alerts. Ask whoever administers the accounts"
        " to make you an editor."
    )


def not_for_systems() -> str:
    """The sentence for somebody who is logged in and may not say which systems are told."""
    return _(
        "Your account may not manage receiving systems. Ask whoever administers the accounts"
        " for that permission."
    )


View = Callable[Concatenate[EditorRequest, P], HttpResponse]
Guarded = Callable[Concatenate[HttpRequest, P], HttpResponse]


def editors_only(view: View[P]) -> Guarded[P]:
    """Let editors through; send strangers to the login, and tell other users why not (403).

    Whoever hands in words after their session has ended gets them back, with a way to hand them
    in again (403).

    What it lets through is never kept in a cache: the next person at this computer may be another.
    """
    return _guarded(view, is_editor, not_an_editor)


def systems_only(view: View[P]) -> Guarded[P]:
    """As ``editors_only``, for those who manage receiving systems."""
    return _guarded(view, manages_systems, not_for_systems)


def _guarded(
    view: View[P],
    let_in: Callable[[AbstractBaseUser | AnonymousUser], bool],
    sentence: Callable[[], str],
) -> Guarded[P]:
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        user = request.user
        if not user.is_authenticated:
            if has_words(request):
                return session_ended(request)
            return redirect_to_login(request.get_full_path())
        if not let_in(user):
            return refused(request, sentence(), status=403)
        return view(request, *args, **kwargs)  # type: ignore[arg-type]  # just let in

    return never_cache(guarded)
