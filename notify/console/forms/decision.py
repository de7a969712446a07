"""A decision about a dispatch under way, confirmed."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms

from notify.console.forms.versioned import STALE


class DecisionForm(forms.Form):
    """Carries a key that makes a double click one click."""

    key = forms.UUIDField(
        widget=forms.HiddenInput(attrs={"autocomplete": "off"}),
        error_messages=dict.fromkeys(("required", "invalid"), STALE),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"key": uuid.uuid4()})
