"""Corrected words, put down beside what was published: that stays frozen, and is read in these words.

A row of its own, not a change of the published one, because a correction may come first: a worker that
is late puts the notice on record as it was sent, and it is read in the corrected words all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

from django.db import models
from django.db.models import OuterRef, Subquery

from notify.channels.notice import Notice, words_from_json
from notify.channels.texts import clean_json


class CorrectionRow(models.Model):
    """The words of an alert's notice of that ``number``, as they were last corrected."""

    alert = models.CharField(max_length=32)
    number = models.PositiveIntegerField()
    words = models.JSONField()
    corrected_at = models.DateTimeField()

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["alert", "number"], name="%(app_label)s_one_correction_per_notice"
            )
        ]

    def __str__(self) -> str:
        return f"{self.alert}.{self.number}"


def put_down(rows: type[CorrectionRow], notice: Notice) -> None:
    """Keep the notice's corrected words, unless later ones are kept already."""
    words = {language: asdict(words) for language, words in notice.words.items()}
    now = {"words": clean_json(words), "corrected_at": notice.corrected_at}
    row, new = rows._default_manager.get_or_create(
        alert=notice.alert, number=notice.number, defaults=now
    )
    if not new:
        earlier = rows._default_manager.filter(pk=row.pk, corrected_at__lt=notice.corrected_at)
        earlier.update(**now)


def latest(rows: type[CorrectionRow], field: str, *, alert: str) -> Subquery:
    """A field of the correction of the notice that a query's row holds; NULL if there is none.

    alert: the row's field with the alert's code.
    """
    own = rows._default_manager.filter(alert=OuterRef(alert), number=OuterRef("number"))
    return Subquery(own.values(field)[:1])


def as_it_stands(
    notice: Notice, words: Mapping[str, Mapping[str, str]] | None, at: datetime | None
) -> Notice:
    """The notice as it is to be read. words, at: what ``latest`` found; either is None for none."""
    return notice.corrected(words_from_json(words), at) if words and at else notice
