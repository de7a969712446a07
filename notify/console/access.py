"""Who may use the console: active staff who may publish."""

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


class EditorRequest(HttpRequest):
    """A request that ``editors_only`` let through."""

    user: User


def is_editor(user: AbstractBaseUser | AnonymousUser) -> TypeGuard[User]:
    """Whether the user may use the console."""
    return isinstance(user, User) and may_publish(user)


def not_an_editor() -> str:
    """The sentence for somebody who is logged in without being an editor."""
    return _(
        "Your account may not publish alerts. Ask whoever administers the accounts"
        " to make you an editor."
    )


def editors_only(
    view: Callable[Concatenate[EditorRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Let editors through; send strangers to the login, and tell other users why not (403).

    Whoever hands in words after their session has ended gets them back, with a way to hand them
    in again (403).

    What it lets through is never kept in a cache: the next person at this computer may be another.
    """

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        user = request.user
        if not user.is_authenticated:
            if has_words(request):
                return session_ended(request)
            return redirect_to_login(request.get_full_path())
        if not is_editor(user):
            return refused(request, not_an_editor(), status=403)
        return view(request, *args, **kwargs)  # type: ignore[arg-type]  # just narrowed

    return never_cache(guarded)
