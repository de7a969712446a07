"""How fast messages leave, how long it will take, and who carries them: sentences."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notify.console.channel_names import provider_label
from notify.dispatch.models import State
from notify.dispatch.progress import ChannelProgress

SOON = 10
"""Seconds below which nobody is told a number."""


def pace(one: ChannelProgress) -> str:
    """The rate while something leaves, and the time left where that can be known; who waits for the
    morning; else nothing."""
    return ". ".join(sentence for sentence in (_speed(one), _rest(one.resting)) if sentence)


def _speed(one: ChannelProgress) -> str:
    waiting = one.counts[State.QUEUED] - one.resting + one.counts[State.SENDING]
    if not waiting or not one.rate:
        return ""
    left = one.seconds_left
    return ", ".join([_rate(one.rate), *([time_left(left)] if left is not None else [])])


def _rest(count: int) -> str:
    if not count:
        return ""
    said = ngettext(
        "%(count)d waits for the morning, as its reader has chosen",
        "%(count)d wait for the morning, as their readers have chosen",
        count,
    )
    return said % {"count": count}


def _rate(rate: float) -> str:
    if rate < 1:
        return _("less than one per second")
    return _("%(rate)d per second") % {"rate": round(rate)}


def time_left(seconds: float) -> str:
    """Roughly how long, rounded up to what a person plans by."""
    if seconds < SOON:
        return _("a few seconds left")
    if seconds < 60:
        # To the next ten, so that the figure does not flicker.
        return _("about %(count)d seconds left") % {"count": -(-int(seconds) // 10) * 10}
    minutes = -(-int(seconds) // 60)
    if minutes < 120:
        said = ngettext("about %(count)d minute left", "about %(count)d minutes left", minutes)
        return said % {"count": minutes}
    hours = -(-minutes // 60)
    return ngettext("about %(count)d hour left", "about %(count)d hours left", hours) % {
        "count": hours
    }


def carriers(one: ChannelProgress) -> str:
    """Which companies carried it, the busiest first; a count only where there are several."""
    if not one.carried:
        return ""
    if len(one.carried) == 1:
        [name] = one.carried
        return _("Carried by %(provider)s") % {"provider": provider_label(name)}
    each = (f"{provider_label(name)} ({count})" for name, count in one.carried.items())
    return _("Carried by %(provider)s") % {"provider": ", ".join(each)}
