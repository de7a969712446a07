"""The weeks that archives are kept in: ISO weeks by the site's clock, "2026-W47"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Self

from django.utils import timezone

SETTLES = timedelta(hours=1)
"""How long after its end a week may still gain entries: workers may be late."""


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """An ISO week of the site's clock."""

    year: int
    number: int

    @classmethod
    def of(cls, at: datetime) -> Self:
        """The week of a moment."""
        return cls._of(timezone.localtime(at).date())

    @classmethod
    def parse(cls, text: str) -> Self:
        """The week written "2026-W47". Raises ValueError."""
        found = re.fullmatch(r"(2\d{3})-W(\d\d)", text, re.ASCII)
        if not found:
            raise ValueError(f"{text!r} is no week")
        return cls._of(date.fromisocalendar(int(found[1]), int(found[2]), 1))

    @classmethod
    def last_settled(cls, now: datetime) -> Self:
        """The latest week of which nothing more is to come."""
        return cls.of(now - SETTLES).previous

    @classmethod
    def _of(cls, day: date) -> Self:
        year, number, _day = day.isocalendar()
        return cls(year, number)

    def __str__(self) -> str:
        return f"{self.year}-W{self.number:02}"

    @property
    def previous(self) -> Self:
        """The week before."""
        return self._of(self._monday - timedelta(weeks=1))

    @property
    def next(self) -> Self:
        """The week after."""
        return self._of(self._monday + timedelta(weeks=1))

    @property
    def begins(self) -> datetime:
        """Its first moment."""
        return timezone.make_aware(datetime.combine(self._monday, time.min))

    @property
    def ends(self) -> datetime:
        """The first moment after it."""
        return self.next.begins

    @property
    def settles(self) -> datetime:
        """From when nothing more is to come."""
        return self.ends + SETTLES

    @property
    def _monday(self) -> date:
        return date.fromisocalendar(self.year, self.number, 1)
