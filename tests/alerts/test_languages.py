"""Words in each of the site's languages."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from notify.alerts.languages import by_language


def test_words_come_in_every_language_of_the_site() -> None:
    assert by_language(gettext_lazy("You can drink the water.")) == {
        "sv": "Du kan dricka vattnet.",
        "en": "You can drink the water.",
    }
