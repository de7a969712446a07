"""The words of our answers to what people write, in the active language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from notify.alerts.models import Alert, Area
from notify.channels.sms.compose import brief
from notify.channels.sms.text import measure, normalise
from notify.dispatch.models import Dispatch
from notify.dispatch.notices import as_it_stands, leave_url

NAMED = 4
"""So many places are named one by one; of more, one fewer is named and the others counted."""
MOST_SEGMENTS = 4
"""Of an answer to INFO: what does not fit is behind its last link."""


def goodbye() -> str:
    """Everything is ended."""
    return (
        _(
            "%(publisher)s: You will get no more SMS from us. Reply START if you change your mind, or "
            "come back at %(url)s"
        )
        % _names()
    )


def left(places: Sequence[Area], still: Sequence[Area]) -> str:
    """Some places are ended; others stand still."""
    return _(
        "%(publisher)s: You will get no more SMS about %(places)s. You still get them about "
        "%(still)s. Reply STOPP ALLT to end everything, or START if you change your mind."
    ) % {**_names(), "places": listed(places), "still": listed(still)}


def welcome_back(places: Sequence[Area]) -> str:
    """Some places stand again."""
    return _(
        "%(publisher)s: You get SMS about %(places)s again. Reply STOPP to end it. Change what you "
        "get: %(manage)s"
    ) % {**_names(), "places": listed(places)}


def nothing_to_undo(places: Sequence[Area]) -> str:
    """START, and nothing was ended by STOPP; places: where something stands."""
    if not places:
        return _("%(publisher)s: To get SMS from us again, choose your areas at %(url)s") % _names()
    return _(
        "%(publisher)s: You get SMS about %(places)s. Reply STOPP to end it. Change what you get: "
        "%(manage)s"
    ) % {**_names(), "places": listed(places)}


def help_offered() -> str:
    """What can be written to us."""
    return (
        _(
            "%(publisher)s: Reply INFO to hear what holds now, STOPP to end the place of the latest SMS, "
            "STOPP ALLT to end everything, START to undo that. Change what you get: %(manage)s"
        )
        % _names()
    )


def noted() -> str:
    """They are counted among those who are still without."""
    return (
        _(
            "%(publisher)s: Thank you. We have noted that it is not over where you are. Reply 0 when it "
            "works."
        )
        % _names()
    )


def taken_back() -> str:
    """They are counted no more."""
    return _("%(publisher)s: Good. We have noted that it works where you are now.") % _names()


def what_holds(alerts: Sequence[Alert], places: Sequence[Area], now: datetime) -> str:
    """What holds at somebody's places, the most important first, as much as fits."""
    if not alerts:
        return _("%(publisher)s: Nothing to tell right now about %(places)s.") % {
            **_names(),
            "places": listed(places),
        }
    said = [_first_line()]
    for number, one in enumerate(_briefly(alerts, now)):
        rest = _("Everything: %(url)s") % _names()
        if not _fits([*said, one, *([rest] if number + 1 < len(alerts) else [])]):
            return "\n".join([*said, rest])
        said.append(one)
    return "\n".join(said)


def listed(places: Sequence[Area]) -> str:
    """Their names as part of a sentence."""
    names = [one.name for one in places]
    if len(names) > NAMED:
        left_out = _("%(count)d more places") % {"count": len(names) - NAMED + 1}
        names = [*names[: NAMED - 1], left_out]
    if len(names) < 2:
        return "".join(names)
    return _("%(first)s and %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}


def _briefly(alerts: Sequence[Alert], now: datetime) -> list[str]:
    """Each from what was sent last, in its present words. Two statements."""
    dispatches = Dispatch.objects.filter(update__alert__in=alerts).order_by("update__number")
    told = dispatches.select_related("update").prefetch_related("update__corrections")
    latest = {one.update.alert_id: one for one in told}
    language = get_language() or settings.LANGUAGE_CODE
    return [
        brief(as_it_stands(latest[one.pk]), language, now) for one in alerts if one.pk in latest
    ]


def _first_line() -> str:
    return _("%(publisher)s: This holds now.") % _names()


def _fits(parts: Sequence[str]) -> bool:
    return measure(normalise("\n".join(parts))).segments <= MOST_SEGMENTS


def _names() -> dict[str, str]:
    return {
        "publisher": settings.PUBLISHER_NAME,
        "url": settings.PUBLIC_URL,
        "manage": leave_url(),
    }
