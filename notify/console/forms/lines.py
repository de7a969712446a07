"""A field with one thing a line."""

from __future__ import annotations

from typing import Any

from django import forms


class LinesField(forms.CharField):
    """Some lines, as they were typed: the alerts themselves tidy them."""

    widget = forms.Textarea(attrs={"rows": 4})

    def prepare_value(self, value: Any) -> Any:
        """A list as its lines; what was typed as it is."""
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        """The lines. Raises ValidationError."""
        return str(super().clean(value)).splitlines()
