"""What banners show: the latest notice of each alert, frozen."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notify.channels.corrected import CorrectionRow
from notify.channels.notice import Notice
from notify.channels.places import PlaceRow


class Item(models.Model):
    """An alert's latest notice. Only a higher ``number`` replaces it, whatever the order of arrival."""

    alert = models.CharField(max_length=32, unique=True)
    number = models.PositiveIntegerField()
    service = models.CharField(max_length=32, db_index=True)
    notice_json = models.JSONField()
    # When it leaves by itself: some time after an end, planned work at its end; empty is never.
    until = models.DateTimeField(null=True, db_index=True)
    # When banners first had it, which Last-Modified goes by: a late worker must not be missed.
    arrived_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("banner item")
        verbose_name_plural = _("banner items")

    def __str__(self) -> str:
        return f"{self.alert}.{self.number}"

    @property
    def notice(self) -> Notice:
        """The words, as they were published."""
        return Notice.from_json(self.notice_json)


class ItemArea(PlaceRow):
    """An area that an item was published for, by the notice of that ``number``.

    The areas of an earlier notice stay behind in the table and count no more: an update may leave
    an area out, and its banner must then be empty.
    """

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="areas")
    number = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        constraints = [
            models.UniqueConstraint(
                fields=["item", "number", "code"], name="one_row_per_item_number_and_area"
            )
        ]


class Correction(CorrectionRow):
    """The words in which banners show a notice, instead of those that it was published in."""

    class Meta(CorrectionRow.Meta):
        verbose_name = _("correction")
        verbose_name_plural = _("corrections")


class ReleasedScript(models.Model):
    """The embed script as a release served it, for pages that pinned it by its digest."""

    digest = models.CharField(max_length=16, primary_key=True)
    code = models.TextField()
    released_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("released script")
        verbose_name_plural = _("released scripts")

    def __str__(self) -> str:
        return self.digest
