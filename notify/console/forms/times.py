"""Times as a wall clock shows them, made unmistakable."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

FORMATS = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H.%M")
YEARS = range(2000, 2100)


class LocalTimeField(forms.DateTimeField):
    """A ``datetime-local`` in the site's time zone; gives an aware datetime.

    later: which of two to take when the clocks go back and the time comes twice. A time that the
    clocks jump over is refused with a sentence that names the next one.
    """

    def __init__(self, *, later: bool = False, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(
            format=FORMATS[0], attrs={"type": "datetime-local", "autocomplete": "off"}
        )
        super().__init__(widget=widget, **kwargs)
        self.later = later

    def to_python(self, value: Any) -> datetime | None:
        """The instant meant. Raises ValidationError with a sentence."""
        if value in self.empty_values:
            return None
        return self._instant(_parsed(str(value)))

    def _instant(self, wall: datetime) -> datetime:
        zone = timezone.get_current_timezone()
        first = wall.replace(tzinfo=zone, fold=0)
        # There and back again: a time that does not exist comes back as another one.
        actual = first.astimezone(UTC).astimezone(zone)
        if actual.replace(tzinfo=None) != wall:
            sentence = _("The clocks go forward then: %(time)s does not exist. Choose %(next)s.")
            raise ValidationError(sentence % {"time": f"{wall:%H:%M}", "next": f"{actual:%H:%M}"})
        return first.replace(fold=1) if self.later else first


def wall(at: datetime) -> str:
    """The time as the site's clock shows it, to the minute, as a ``datetime-local`` takes it."""
    return timezone.localtime(at).strftime(FORMATS[0])


def _parsed(written: str) -> datetime:
    for one in FORMATS:
        try:
            wall = datetime.strptime(written.strip(), one)  # noqa: DTZ007 - the zone comes next
        except ValueError:
            continue
        if wall.year in YEARS:
            return wall
        raise ValidationError(_("Check the year."))
    raise ValidationError(_("Write a date and a time, like 2026-11-23 14:30."))
