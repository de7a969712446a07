"""Who is told by webhook, and how each try went."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Off(models.TextChoices):
    """Why an endpoint is switched off."""

    NOT = "", _("Switched on")
    BY_HAND = "by_hand", _("Switched off by hand")
    GONE = "gone", _("The receiver answered that the address is gone for good (410)")


class Endpoint(models.Model):
    """A receiving system: where it is told, what of, and what the requests are signed with.

    areas, services: codes and short names that it wants to hear of; empty for all. While a secret is
    being changed the earlier one signs too, until ``earlier_until``.
    """

    name = models.CharField(max_length=80)
    url = models.CharField(max_length=500)
    areas = models.JSONField(default=list)
    services = models.JSONField(default=list)
    secret_cipher = models.TextField()
    earlier_secret_cipher = models.TextField(blank=True)
    earlier_until = models.DateTimeField(null=True)
    made_at = models.DateTimeField(default=timezone.now)
    off_at = models.DateTimeField(null=True)
    off_because = models.CharField(max_length=16, choices=Off, blank=True)
    # Of the form that registered it: handed in twice, it is registered once.
    key = models.UUIDField(default=uuid.uuid4, unique=True)

    class Meta:
        ordering = ["name", "pk"]
        default_permissions = ()
        permissions = [("manage_endpoints", _("Can manage receiving systems"))]
        verbose_name = _("receiving system")
        verbose_name_plural = _("receiving systems")

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """Its name in the ledger."""
        return str(self.pk)

    def ciphers(self, now: datetime) -> list[str]:
        """The ciphertexts of the secrets that sign at ``now``, the newest first."""
        both = self.earlier_until is not None and now < self.earlier_until
        return [self.secret_cipher, *([self.earlier_secret_cipher] if both else [])]


class Attempt(models.Model):
    """One try to tell an endpoint. Nothing of what it answered is kept but the status.

    message: the webhook-id; reference: the delivery's, empty for a test. error: our code, empty if
    all went well.
    """

    # Found through the index below, which begins with it.
    endpoint = models.ForeignKey(
        Endpoint, on_delete=models.CASCADE, related_name="attempts", db_index=False
    )
    message = models.CharField(max_length=64)
    kind = models.CharField(max_length=32)
    alert = models.CharField(max_length=32, blank=True)
    number = models.PositiveIntegerField(null=True)
    reference = models.CharField(max_length=24, blank=True)
    at = models.DateTimeField(default=timezone.now)
    milliseconds = models.PositiveIntegerField()
    status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=32, blank=True)

    class Meta:
        ordering = ["-pk"]
        default_permissions = ()
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        indexes = [models.Index(fields=["endpoint", "-id"], name="attempts_newest_first")]

    def __str__(self) -> str:
        return f"#{self.pk}"
