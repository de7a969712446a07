"""Why a receiving system was not told: our codes, and a sentence for each that people read."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

UNREACHABLE = "unreachable"
NO_ANSWER = "no_answer"
NOT_SECURE = "not_secure"
REFUSED = "refused_address"
GONE = "gone"
OFF = "switched_off"
UNKNOWN = "unknown_system"
NO_SECRET = "no_secret"  # noqa: S105 - a code, no secret
STATUS = "http-"
"""Begins the code of an answer that is no success, before its status."""

_SENTENCES: dict[str, Promise] = {
    UNREACHABLE: _("The receiving system could not be reached."),
    NO_ANSWER: _("The receiving system did not answer in time."),
    NOT_SECURE: _("The receiving system’s certificate could not be verified."),
    REFUSED: _("The address leads into a private network, where we send nothing."),
    GONE: _(
        "The receiving system answered that its address is gone for good, so it was switched off."
    ),
    OFF: _("The receiving system is switched off."),
    UNKNOWN: _("The receiving system is not registered any more."),
    NO_SECRET: _("Its secret cannot be read with the keys that are configured. Change the secret."),
    "http-429": _("The receiving system asked us to come back later."),
    "http-503": _("The receiving system asked us to come back later."),
}


def reason(code: str) -> str:
    """A sentence in the active language that says what the code means."""
    if code in _SENTENCES:
        return str(_SENTENCES[code])
    status = code.removeprefix(STATUS)
    if status != code and status.startswith("3"):
        sentence = gettext("The receiving system sent us elsewhere (%(status)s); we do not follow.")
        return sentence % {"status": status}
    return gettext("The receiving system answered with error %(status)s.") % {"status": status}
