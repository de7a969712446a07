"""What was published, frozen: one entry per update, and how far each alert's story has come."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notify.channels.corrected import CorrectionRow
from notify.channels.notice import Notice
from notify.channels.places import PlaceRow


class Ending(models.TextChoices):
    """How an alert ended."""

    NONE = "", _("Not ended")
    RESOLVED = "resolved", _("Fixed")
    CANCELLED = "cancelled", _("Withdrawn")


class Story(models.Model):
    """An alert as far as its latest update tells it.

    Updates may arrive in any order and more than once: only a higher ``number`` moves the row, so
    the end holds for entries that arrive after it too.
    """

    alert = models.CharField(max_length=32, unique=True)
    number = models.PositiveIntegerField()
    ending = models.CharField(max_length=16, choices=Ending, blank=True)
    # When it is over: when the end was sent, or the end of planned work; empty while nobody knows.
    over_at = models.DateTimeField(null=True, db_index=True)
    arrived_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("story")
        verbose_name_plural = _("stories")

    def __str__(self) -> str:
        return self.alert


class Entry(models.Model):
    """One update as a feed carries it. Its ``update`` is the entry's name for ever."""

    update = models.UUIDField(unique=True)
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="entries")
    number = models.PositiveIntegerField()
    service = models.CharField(max_length=32, db_index=True)
    notice_json = models.JSONField()
    # Where its areas lay when it was published: GeoJSON geometries, of the outermost areas alone.
    outlines = models.JSONField(default=list)
    sent = models.DateTimeField(db_index=True)
    # When feeds first had it, which Last-Modified goes by: a late worker must not be missed.
    arrived_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-sent", "-number"]
        verbose_name = _("entry")
        verbose_name_plural = _("entries")

    def __str__(self) -> str:
        return f"{self.story.alert}.{self.number}"

    @property
    def notice(self) -> Notice:
        """The words, as they were published."""
        return Notice.from_json(self.notice_json)


class EntryArea(PlaceRow):
    """An area that an entry was published for."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="areas")

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        constraints = [
            models.UniqueConstraint(fields=["entry", "code"], name="one_row_per_entry_and_area")
        ]


class Correction(CorrectionRow):
    """The words in which feeds show an entry, instead of those that it keeps."""

    class Meta(CorrectionRow.Meta):
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")


class Document(models.Model):
    """An entry's CAP document, byte for byte as it was first published.

    Nothing in it changes when an area, a setting or a translation does: others hold copies, and
    refer to it by ``reference``, its "sender,identifier,sent".
    """

    entry = models.OneToOneField(Entry, on_delete=models.CASCADE, related_name="document")
    reference = models.CharField(max_length=300)
    xml = models.TextField()
    frozen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("CAP document")
        verbose_name_plural = _("CAP documents")

    def __str__(self) -> str:
        return self.reference
