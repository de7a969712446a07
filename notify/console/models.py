"""What the console remembers by itself: who has tried to log in, for a quarter of an hour."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class LoginAttempts(models.Model):
    """How often a name was tried lately, from one computer or from all. See ``throttle``."""

    digest = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    until = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("login attempts")
        verbose_name_plural = _("login attempts")

    def __str__(self) -> str:
        return f"{self.digest[:8]}: {self.count}"
