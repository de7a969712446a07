"""What a banner says beside the alert's own words, in the active language."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from notify.channels.notice import Notice
from notify.channels.texts import unsaid

GAP = "{}"
"""Where the script puts what only it knows: a time, a number, a headline."""


def sentences() -> dict[str, str]:
    """The sentences of a banner by the names that the script has for them, each with its gaps."""
    return {
        "heading": _("Service information"),
        "none": _("There are no known disruptions right now."),
        "since": _("Since %(time)s.") % {"time": GAP},
        "planned": _("Planned for %(time)s.") % {"time": GAP},
        "expected": _("Expected to be over %(time)s.") % {"time": GAP},
        "late": _("Was expected to be over %(time)s.") % {"time": GAP},
        "today": _("today at %(time)s") % {"time": GAP},
        "day": _("%(day)s at %(time)s") % {"day": GAP, "time": GAP},
        "rest": _("Show all %(count)s notices") % {"count": GAP},
        "close": _("Close: %(headline)s") % {"headline": GAP},
    }


def health(notice: Notice, language: str) -> list[str]:
    """What somebody's health may hang on, unless the alert's own words in that language say it."""
    words = notice.in_language(language)
    return unsaid(notice.sms_advice_in(language), f"{words.headline} {words.instruction}")


def tone(notice: Notice) -> str:
    """Which of the style sheet's colours it has."""
    if notice.ends_alert:
        return "over"
    return "work" if notice.planned else notice.severity.lower()


def label(notice: Notice) -> str:
    """The word that says what the colour says."""
    planned = notice.planned
    labels = {
        "over": _("Finished") if planned else _("Fixed"),
        "work": _("Planned work"),
        "extreme": pgettext("severity", "Extreme disruption"),
        "severe": pgettext("severity", "Severe disruption"),
        "moderate": pgettext("severity", "Moderate disruption"),
        "minor": pgettext("severity", "Minor disruption"),
    }
    if notice.cancelled:
        return _("Called off") if planned else _("Cancelled")
    return labels.get(tone(notice), labels["moderate"])
