"""What the providers' error codes mean: one table, and a sentence for each that editors read.

Source: https://www.twilio.com/docs/api/errors (each code has a page of its own). 46elks has no codes:
ours for it are "46elks-" and the HTTP status, or what its answer names.
"""

from __future__ import annotations

from enum import Enum, auto

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

UNREACHABLE = "unreachable"
"""Ours: no connection was made, so nothing was sent."""
NO_ANSWER = "no_answer"
"""Ours: the request was under way, and no answer came back that can be read."""
HELD_BACK = "held_back"
"""Ours: the provider wants silence for a while, so nothing was sent."""
STOOD_STILL = "stood_still"
"""Ours: whoever sends stood still until others may have taken over, so nothing was sent."""
TOO_FAST = frozenset({"20429", "46elks-429"})
"""The codes that ask everybody to slow down."""
ELKS_FAILED = "46elks-failed"
"""Ours: 46elks says that the message failed, and never why."""
ELKS_SENDER = "46elks-from"
"""Ours: 46elks does not accept the sender."""


class Meaning(Enum):
    """What to do about a code."""

    PERMANENT = auto()
    """This number will never take it."""
    OPTED_OUT = auto()
    """The person has told the provider to stop us."""
    FOR_NOW = auto()
    """Nothing is wrong; later may work."""
    OPERATOR = auto()
    """Our account, sender or settings: a person has to put it right, and it may work afterwards."""


_INVALID = _("The number does not exist or is not a mobile number.")
_LANDLINE = _("The number belongs to a landline, which takes no SMS.")
_NOT_REACHED = _("The phone could not be reached: switched off, out of coverage or abroad.")
_BUSY = _("The SMS provider had too much to do.")
_SENDER = _("The SMS provider does not accept our sender name or number.")
_ACCOUNT = _("The SMS provider does not accept our account or password.")
_BLOCKED = _("The operator blocked the message.")
_CREDIT = _("Our account at the SMS provider has no money left, or may not send.")
_UNEXPLAINED = _("The operator did not deliver it, and did not say why.")
_TEXT = _("The SMS provider did not accept the text.")

_CODES: dict[str, tuple[Meaning, Promise]] = {
    UNREACHABLE: (Meaning.FOR_NOW, _("The SMS provider could not be reached.")),
    NO_ANSWER: (Meaning.FOR_NOW, _("The SMS provider did not answer.")),
    HELD_BACK: (Meaning.FOR_NOW, _BUSY),
    STOOD_STILL: (Meaning.FOR_NOW, _("Our own sending stood still for a while.")),
    "20003": (Meaning.OPERATOR, _ACCOUNT),
    "20005": (Meaning.OPERATOR, _ACCOUNT),
    "20403": (Meaning.OPERATOR, _ACCOUNT),
    "20404": (Meaning.OPERATOR, _ACCOUNT),
    "20429": (Meaning.FOR_NOW, _BUSY),
    "21211": (Meaning.PERMANENT, _INVALID),
    "21212": (Meaning.OPERATOR, _SENDER),
    "21217": (Meaning.PERMANENT, _INVALID),
    "21265": (Meaning.PERMANENT, _INVALID),
    "21408": (Meaning.OPERATOR, _("Our account may not send SMS to the number's country.")),
    "21602": (Meaning.PERMANENT, _TEXT),
    "21603": (Meaning.OPERATOR, _SENDER),
    "21604": (Meaning.PERMANENT, _INVALID),
    "21605": (Meaning.PERMANENT, _TEXT),
    "21606": (Meaning.OPERATOR, _SENDER),
    "21609": (Meaning.OPERATOR, _("The SMS provider does not accept our public address.")),
    "21610": (Meaning.OPTED_OUT, _("The person has stopped messages from us.")),
    "21611": (Meaning.FOR_NOW, _BUSY),
    "21612": (Meaning.PERMANENT, _("The number cannot be reached from our sender.")),
    "21614": (Meaning.PERMANENT, _INVALID),
    "21617": (Meaning.PERMANENT, _TEXT),
    "21635": (Meaning.PERMANENT, _LANDLINE),
    "21659": (Meaning.OPERATOR, _SENDER),
    "21660": (Meaning.OPERATOR, _SENDER),
    "21701": (Meaning.OPERATOR, _SENDER),
    "21703": (Meaning.OPERATOR, _SENDER),
    "21705": (Meaning.OPERATOR, _SENDER),
    "30001": (Meaning.FOR_NOW, _BUSY),
    "30002": (Meaning.OPERATOR, _ACCOUNT),
    "30003": (Meaning.FOR_NOW, _NOT_REACHED),
    "30004": (Meaning.OPERATOR, _BLOCKED),
    "30005": (Meaning.PERMANENT, _INVALID),
    "30006": (Meaning.PERMANENT, _LANDLINE),
    "30007": (Meaning.OPERATOR, _BLOCKED),
    "30008": (Meaning.FOR_NOW, _UNEXPLAINED),
    "30022": (Meaning.FOR_NOW, _BUSY),
    "30036": (Meaning.PERMANENT, _("It could not be delivered while the words were still true.")),
    "46elks-401": (Meaning.OPERATOR, _ACCOUNT),
    "46elks-402": (Meaning.OPERATOR, _CREDIT),
    "46elks-403": (Meaning.OPERATOR, _CREDIT),
    "46elks-404": (Meaning.OPERATOR, _ACCOUNT),
    "46elks-429": (Meaning.FOR_NOW, _BUSY),
    "46elks-number": (Meaning.PERMANENT, _INVALID),
    ELKS_FAILED: (Meaning.FOR_NOW, _UNEXPLAINED),
    ELKS_SENDER: (Meaning.OPERATOR, _SENDER),
    "63038": (Meaning.OPERATOR, _("Our account has reached its limit of messages for the day.")),
}


def meaning(code: str) -> Meaning:
    """What a refusal with this code means.

    A code that is not in the table is permanent: the provider certainly did not take the message,
    and would say the same again. The receipt keeps the code, so that it can be looked up.
    """
    return _CODES[code][0] if code in _CODES else Meaning.PERMANENT


def elsewhere(code: str) -> bool:
    """Whether a refusal with this code says nothing of the message, so that another provider may take it."""
    return code in (UNREACHABLE, HELD_BACK) or meaning(code) is Meaning.OPERATOR


def reason(code: str) -> str:
    """A sentence in the active language that says what the code means to an editor."""
    if code in _CODES:
        return str(_CODES[code][1])
    return gettext("The SMS provider refused it with error %(code)s.") % {"code": code or "?"}
