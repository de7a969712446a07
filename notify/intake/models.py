"""What has come in from other systems, and what became of it; and how asking them goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from notify.alerts.models import Alert, Update
from notify.intake.places import By


class Origin(models.TextChoices):
    """How a message came here."""

    CAP = "cap", _("CAP message")
    VMA = "vma", _("VMA")


class Outcome(models.TextChoices):
    """What became of a message."""

    DRAFTED = "drafted", _("A draft was made")
    REVISED = "revised", _("The draft was changed")
    DISCARDED = "discarded", _("The draft was discarded")
    PUBLISHED = "published", _("It was published")
    UPDATED = "updated", _("An update was published")
    RESOLVED = "resolved", _("It was said to be over")
    CANCELLED = "cancelled", _("It was cancelled")
    WAITING = "waiting", _("It waits for an editor")
    UNCHANGED = "unchanged", _("It brought nothing new")
    LATE = "late", _("Newer words had come before it")


ACTED = frozenset(set(Outcome) - {Outcome.WAITING, Outcome.LATE})
"""Outcomes after which the alert is as its sender left it."""


class Message(models.Model):
    """One message from another system: taken in once, whatever was sent twice.

    It says what it says for ever; what its alert says is the editors' to change. ``version`` is the
    alert's as this message left it (or, if it waits, found it): another version tells that somebody
    else has changed the alert since.
    """

    origin = models.CharField(max_length=8, choices=Origin)
    sender = models.CharField(_("sender"), max_length=200)
    identifier = models.CharField(_("identifier"), max_length=200)
    sent = models.DateTimeField(_("sent"))
    message_type = models.CharField(max_length=16)
    # Whether it says that something is over, or was sent in error.
    ends = models.BooleanField(default=False)
    # " sender,identifier sender,identifier ": each between spaces, so that one can be looked for.
    references = models.TextField(blank=True)
    digest = models.CharField(max_length=64)
    sender_name = models.CharField(max_length=200)
    # [{"language": …, "event": …, "headline": …, "description": …, "instruction": …, "areas": …, …}]: as it came.
    said = models.JSONField(default=list)
    outcome = models.CharField(max_length=16, choices=Outcome, blank=True)
    alert = models.ForeignKey(Alert, null=True, on_delete=models.SET_NULL, related_name="messages")
    # The alert's code, also when the draft is discarded.
    code = models.CharField(max_length=12, blank=True)
    version = models.PositiveIntegerField(null=True)
    update = models.ForeignKey(Update, null=True, on_delete=models.PROTECT, related_name="+")
    # [{"code": …, "name": …, "by": …, "said": …}]: our areas, and how they were found.
    areas = models.JSONField(default=list)
    # {"sv": […], "en": […]}: what was not carried on exactly, or why it waits.
    remarks = models.JSONField(default=dict)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    # When an editor said that it needs nothing, and who.
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("message from another system")
        verbose_name_plural = _("messages from other systems")
        constraints = [
            # Two that arrive at once are one.
            models.UniqueConstraint(fields=["sender", "identifier"], name="one_message_per_name"),
        ]

    def __str__(self) -> str:
        return f"{self.sender},{self.identifier}"

    @property
    def remarked(self) -> Sequence[str]:
        """The remarks in the reader's language."""
        said: dict[str, list[str]] = self.remarks
        language = (get_language() or settings.LANGUAGE_CODE)[:2]
        return said.get(language) or said.get(settings.LANGUAGE_CODE) or []

    @property
    def became(self) -> str:
        """What became of it, in the reader's language."""
        if self.outcome == Outcome.WAITING and not self.waits:
            return gettext("An editor has decided about it")
        return str(Outcome(self.outcome).label)

    @property
    def found(self) -> list[tuple[str, str]]:
        """The names of the areas, and in the reader's language how each was found."""
        return [(area["name"], str(By(area["by"]).label)) for area in self.areas]

    @property
    def waits(self) -> bool:
        """Whether an editor has yet to decide about it: they have not, and have not changed its alert since."""
        return (
            self.outcome == Outcome.WAITING
            and self.seen_at is None
            and self.alert is not None
            and self.alert.version == self.version
        )


class Poll(models.Model):
    """Asking one source, again and again: one row for each, claimed by whoever asks next."""

    source = models.CharField(max_length=8, unique=True, choices=Origin)
    due_at = models.DateTimeField(default=timezone.now)
    # Of the last whole answer, for If-None-Match and If-Modified-Since.
    etag = models.CharField(max_length=200, blank=True)
    modified = models.CharField(max_length=100, blank=True)
    failures = models.PositiveIntegerField(default=0)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("source that is asked")
        verbose_name_plural = _("sources that are asked")

    def __str__(self) -> str:
        return self.get_source_display()

    @classmethod
    def of(cls, source: Origin) -> Poll:
        """The row of that source, made at its first use."""
        return cls.objects.get_or_create(source=source)[0]

    def changed(self, **values: Any) -> None:
        """Write these values down."""
        for name, value in values.items():
            setattr(self, name, value)
        self.save(update_fields=list(values))
