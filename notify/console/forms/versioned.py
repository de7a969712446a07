"""Which alert, in which version, and which click."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from notify.alerts.models import Alert

STALE = _("This form is too old to be used. Open the page again.")


class VersionedForm(forms.Form):
    """Carries the version that its reader saw, and a key that makes a double click one click.

    A form for a new alert has version 0. The fields say autocomplete="off", because Firefox
    otherwise keeps the old values when the page is loaded again.
    """

    version = forms.IntegerField(
        min_value=0,
        max_value=2**31 - 1,
        widget=forms.HiddenInput(attrs={"autocomplete": "off"}),
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), STALE),
    )
    key = forms.UUIDField(
        widget=forms.HiddenInput(attrs={"autocomplete": "off"}),
        error_messages=dict.fromkeys(("required", "invalid"), STALE),
    )

    @property
    def asks(self) -> bool:
        """Whether what it sends asks people something."""
        return False

    def __init__(self, data: Any = None, *, alert: Alert | None = None, **kwargs: Any) -> None:
        self.alert = alert
        initial = {"version": alert.version if alert else 0, "key": uuid.uuid4()}
        kwargs["initial"] = initial | dict(kwargs.get("initial") or {})
        kwargs.setdefault("label_suffix", "")
        super().__init__(data, **kwargs)

    def anew(self, alert: Alert) -> None:
        """Let what was typed be handed in once more, on top of the alert as it is now."""
        assert isinstance(self.data, QueryDict)  # noqa: S101 - for the type: only posts come here
        self.data = self.data.copy()
        self.data["version"] = str(alert.version)
        self.data["key"] = str(uuid.uuid4())
