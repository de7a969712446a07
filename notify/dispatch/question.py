"""What an all-clear asks: whether anybody is still without."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from notify.alerts.languages import by_language

QUESTIONS: dict[str, Promise] = {
    "water": pgettext_lazy("SMS", "Reply 1 if you are still without water."),
    "heating": pgettext_lazy("SMS", "Reply 1 if you are still without heating."),
    "power": pgettext_lazy("SMS", "Reply 1 if you are still without electricity."),
    "broadband": pgettext_lazy("SMS", "Reply 1 if you are still without broadband."),
}
"""By a service's short name."""
ANY = pgettext_lazy("SMS", "Reply 1 if it still does not work where you are.")
"""For a service that has no question of its own."""


def question(service: str) -> dict[str, str]:
    """The question about a service (its short name), by language."""
    return by_language(QUESTIONS.get(service, ANY))
