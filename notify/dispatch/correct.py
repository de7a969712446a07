"""Correcting what was said last: other words wherever it is read, and nobody is told.

There is no dispatch of its own. What was sent by SMS stays sent, and what still waits of the running fan-out goes on
with its frozen notice: everybody who gets the message gets the same one, and it is what its page shows.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.db import transaction

from notify.alerts import correction as corrections
from notify.alerts.content import Words
from notify.alerts.models import Alert, Correction
from notify.channels.published import PublishingChannel
from notify.channels.registry import channels
from notify.dispatch.control import tell_of_correction
from notify.dispatch.notices import as_it_stands

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def correct(
    alert: Alert, words: Words, *, version: int, key: uuid.UUID, by: User | None
) -> tuple[Correction, bool]:
    """Correct the words of the alert's latest update, and what channels show of it; all or nothing.

    Everything that is read is in the database when it returns: no worker and no broker has a part in it.
    Hubs, which pass feeds on to who does not ask for them, are told a little later.
    Arguments, answer and errors: ``notify.alerts.correction.correct``.
    """
    with transaction.atomic():
        made, new = corrections.correct(alert, words, version=version, key=key, by=by)
        if new:
            _show(made)
            tell_of_correction(made.update.dispatch)
    return made, new


def _show(made: Correction) -> None:
    notice = as_it_stands(made.update.dispatch)
    for channel in channels().values():
        if isinstance(channel, PublishingChannel):
            channel.correct(notice)
