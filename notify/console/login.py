"""Logging in to the console."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.views import LoginView
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from notify.console.access import is_editor, manages_systems, not_an_editor
from notify.console.throttle import Guesses


class GuardedForm(AuthenticationForm):
    """A login that stops looking at passwords after too many attempts."""

    def clean(self) -> dict[str, object]:
        """Look at the password, unless there have been too many attempts."""
        assert self.request is not None  # noqa: S101 - for the type: LoginView always gives it
        guesses = Guesses(self.request, self.cleaned_data.get("username", ""))
        if not guesses.may_try():
            raise ValidationError(
                gettext("Too many attempts. Wait a quarter of an hour, then try again."),
                code="throttled",
            )
        cleaned = super().clean()
        guesses.forget()
        return cleaned


class AdminLoginForm(GuardedForm, AdminAuthenticationForm):
    """The admin's own login, behind the same guard; for all staff, whether or not they publish."""


class LoginForm(GuardedForm):
    """User name and password; says one sentence, whichever of the two was wrong."""

    error_messages = {
        "invalid_login": _("That user name and password do not belong together. Try again."),
        "inactive": _("That user name and password do not belong together. Try again."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)

    def confirm_login_allowed(self, user: AbstractBaseUser) -> None:
        """Raise ValidationError for somebody whom no page here is for: their password was right."""
        super().confirm_login_allowed(user)  # type: ignore[arg-type]  # the stubs want AbstractBaseUser's child
        if not (is_editor(user) or manages_systems(user)):
            raise ValidationError(not_an_editor(), code="not_an_editor")


class Login(LoginView):
    """The way in. Failures answer 422, too many of them 429."""

    template_name = "console/login.html"
    form_class = LoginForm
    redirect_authenticated_user = True

    def get_default_redirect_url(self) -> str:
        """The page that is for them, unless they asked for another."""
        return (
            super().get_default_redirect_url()
            if is_editor(self.request.user)
            else reverse("console:systems")
        )

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Show the form again with its sentence."""
        throttled = form.has_error("__all__", code="throttled")
        status = HTTPStatus.TOO_MANY_REQUESTS if throttled else HTTPStatus.UNPROCESSABLE_ENTITY
        return self.render_to_response(self.get_context_data(form=form), status=status)
