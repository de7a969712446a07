"""When a draft goes out: now, or at a time."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from notify.alerts.content import AlertContent
from notify.alerts.models import Alert
from notify.alerts.schedule import check_time
from notify.console.forms.times import LocalTimeField, wall
from notify.console.forms.versioned import VersionedForm


class PublishForm(VersionedForm):
    """Of two times that a clock shows alike, the first is meant.

    seen_at: the time that the preview was of, so that nothing goes out at another one: who writes
    a time and presses the button that publishes now is shown the preview for that time instead.
    """

    alert: Alert

    publish_at = LocalTimeField(label=_("Another time"), required=False)
    seen_at = forms.CharField(
        required=False, widget=forms.HiddenInput(attrs={"autocomplete": "off"})
    )

    @classmethod
    def looking(cls, alert: Alert, at: str) -> PublishForm:
        """The form beside the preview for a time as the wall clock shows it; "" is now."""
        data = {"version": alert.version, "key": uuid.uuid4(), "publish_at": at, "seen_at": at}
        return cls(data, alert=alert)

    def clean(self) -> dict[str, Any]:
        """Ask the alerts themselves whether it can go out then."""
        cleaned = super().clean() or self.cleaned_data
        if at := cleaned.get("publish_at"):
            try:
                check_time(AlertContent.of(self.alert), at)
            except ValidationError as error:
                self.add_error(None, error)
        return cleaned

    @property
    def at(self) -> datetime | None:
        """The time chosen, None for now. Of a form whose time is wrong it is now."""
        at: datetime | None = self.cleaned_data.get("publish_at")
        return at

    @property
    def at_wall(self) -> str:
        """The time chosen, as the wall clock shows it; "" for now."""
        return wall(self.at) if self.at else ""

    @property
    def seen(self) -> bool:
        """Whether the preview was of the time that is asked for."""
        return bool(self.at_wall == self.cleaned_data["seen_at"])
