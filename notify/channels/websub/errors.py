"""Why a hub was not told: our codes, and a sentence for each that people read."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

UNREACHABLE = "unreachable"
NO_ANSWER = "no_answer"
NOT_YET = "not_yet"
UNKNOWN = "unknown_hub"
STATUS = "http-"
"""Begins the code of an answer that is no success, before its status."""

_SENTENCES: dict[str, Promise] = {
    UNREACHABLE: _("The hub could not be reached."),
    NO_ANSWER: _("The hub did not answer in time."),
    NOT_YET: _("The feeds do not show it yet, so the hub is told a little later."),
    UNKNOWN: _("The hub is not among those in the settings any more."),
}


def reason(code: str) -> str:
    """A sentence in the active language that says what the code means."""
    if code in _SENTENCES:
        return str(_SENTENCES[code])
    sentence = gettext("The hub answered with error %(status)s.")
    return sentence % {"status": code.removeprefix(STATUS)}
