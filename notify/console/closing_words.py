"""The words that an all-clear or a cancellation starts from.

They fit every service and every alert. A wittier "The water is back" would be wrong, and dangerous,
as the end of a boil water notice.
"""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from notify.alerts.models import Alert
from notify.console.place_names import phrase


def closing_words(alert: Alert, *, in_error: bool) -> dict[str, dict[str, str]]:
    """A headline and a description in each language that the alert speaks.

    in_error: it is cancelled, which for planned work means that the work is called off.
    """
    languages = {settings.LANGUAGE_CODE, *alert.words}
    return {
        language: _cancelled(alert, language) if in_error else _all_clear(alert, language)
        for language in languages
    }


def _all_clear(alert: Alert, language: str) -> dict[str, str]:
    with override(language):
        places = {"areas": phrase(list(alert.areas.all()), language)}
        if alert.planned:
            headline = _("The work in %(areas)s is finished") % places
        else:
            headline = _("The disruption in %(areas)s is fixed") % places
        return {"headline": headline, "description": _no_longer_applies(alert, language)}


def _cancelled(alert: Alert, language: str) -> dict[str, str]:
    return _called_off(alert, language) if alert.planned else _sent_in_error(alert, language)


def _called_off(alert: Alert, language: str) -> dict[str, str]:
    with override(language):
        places = {"areas": phrase(list(alert.areas.all()), language)}
        return {
            "headline": _("The work in %(areas)s is called off") % places,
            "description": _no_longer_applies(alert, language),
        }


def _sent_in_error(alert: Alert, language: str) -> dict[str, str]:
    with override(language):
        said = _("Please disregard “%(headline)s”. We apologise.")
        return {
            "headline": _("The message was sent by mistake"),
            "description": said % {"headline": alert.word("headline", language)},
        }


def _no_longer_applies(alert: Alert, language: str) -> str:
    """In the active language."""
    said = _("Our message “%(headline)s” no longer applies.")
    return said % {"headline": alert.word("headline", language)}
