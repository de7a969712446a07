"""The form of a correction: the words that stand, and nothing else."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

from notify.alerts.content import Words
from notify.alerts.correction import check_words
from notify.alerts.models import Alert, Update
from notify.console.forms.versioned import VersionedForm
from notify.console.forms.words import WordsForm
from notify.console.place_names import name_places


class CorrectForm(VersionedForm, WordsForm):
    """Opens with the update's words as they stand."""

    alert: Alert

    def __init__(self, data: Any = None, *, alert: Alert, update: Update) -> None:
        super().__init__(data, alert=alert, words=update.present_words)

    def corrected(self) -> Words:
        """What was filled in. Only of a form without errors in its fields."""
        return name_places(self.words(), list(self.alert.areas.all()))

    def clean(self) -> dict[str, Any]:
        """Ask the alerts themselves."""
        cleaned = super().clean()
        if not self.errors:
            try:
                check_words(self.alert, self.corrected())
            except ValidationError as error:
                self.refuse(error)
        return cleaned
