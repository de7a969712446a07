"""The keys that other systems call with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class Scope(models.TextChoices):
    """What a key may be used for. A key never lets its user do more than the user may."""

    READ = "read", _("Read drafts and progress")
    WRITE = "write", _("Write, revise and discard drafts")
    PUBLISH = "publish", _("Publish, update, resolve and cancel")


PERMISSIONS = {
    Scope.READ: ("alerts.view_alert", "alerts.publish_alert"),
    Scope.WRITE: ("alerts.change_alert", "alerts.publish_alert"),
    Scope.PUBLISH: ("alerts.publish_alert",),
}
"""What the key's user must be allowed as well, one of them: a key loses what its user loses."""


def may(user: User, scope: Scope) -> bool:
    """Whether the user may do what the scope is about."""
    return any(user.has_perm(permission) for permission in PERMISSIONS[scope])


class Key(models.Model):
    """A system's way in: it acts as its user, within its scopes, until it expires or is revoked.

    The secret itself is stored nowhere. ``digest`` is its SHA-256; the secret is 32 random bytes,
    so nothing slower is needed to make guessing hopeless.
    """

    name = models.CharField(_("name"), max_length=100, help_text=_("Which system uses it."))
    prefix = models.CharField(_("prefix"), max_length=12, unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("acts as"),
        on_delete=models.CASCADE,
        related_name="api_keys",
    )
    # A list of Scope values.
    scopes = models.JSONField(_("scopes"))
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return f"{self.name} (ntf_{self.prefix}…)"

    @property
    def usable(self) -> bool:
        """Whether it opens anything now: for active staff, as the console does."""
        expired = self.expires_at is not None and self.expires_at <= timezone.now()
        employed = self.user.is_active and self.user.is_staff
        return self.revoked_at is None and not expired and employed

    def allows(self, scope: Scope) -> bool:
        """Whether both the key and its user may do that."""
        granted: Sequence[str] = self.scopes
        return scope in granted and may(self.user, scope)


class MadeRequest(models.Model):
    """A request that did something, by the name that its caller gave it, and what it asked for."""

    key = models.UUIDField(primary_key=True)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at"]
        verbose_name = _("request that was made")
        verbose_name_plural = _("requests that were made")

    def __str__(self) -> str:
        return str(self.key)
