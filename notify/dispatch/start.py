"""The one way through: an editor's move becomes an update, and the update a dispatch.

announce ──▶ expand ──▶ send ──▶ record        (each a module of this package)
here         who        how      what became of it
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction

from notify.alerts.content import AlertContent
from notify.alerts.lifecycle import publish_update
from notify.alerts.models import Alert, Update
from notify.alerts.vocabulary import Move
from notify.channels.notice import Notice
from notify.channels.registry import channels
from notify.dispatch import bell
from notify.dispatch.models import Dispatch, Queue
from notify.dispatch.notices import notice_of
from notify.dispatch.withdrawal import call_back

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def announce(
    alert: Alert,
    move: Move,
    content: AlertContent,
    *,
    version: int,
    key: uuid.UUID,
    by: User | None,
    asks: bool = False,
) -> Dispatch:
    """Publish what ``move`` says and start its fan-out, all or nothing; workers wake after commit.

    version: of the alert, as the editor saw it. key: of the request; the same key again returns
    the same dispatch and sends nothing. asks: an all-clear asks people to reply by SMS if they are
    still without, as far as they can reply. Raises ValidationError (by field), IllegalMove or
    AlertChanged; the alert is then as it is in the database.
    """
    return announce_once(alert, move, content, version=version, key=key, by=by, asks=asks)[0]


def announce_once(
    alert: Alert,
    move: Move,
    content: AlertContent,
    *,
    version: int,
    key: uuid.UUID,
    by: User | None,
    asks: bool = False,
) -> tuple[Dispatch, bool]:
    """Like ``announce``; says too whether this call made it, of any number at once."""
    try:
        with transaction.atomic():
            update, new = publish_update(alert, move, content, version=version, key=key, by=by)
            return (_start(update, asks) if new else update.dispatch), new
    except ValidationError:
        alert.refresh_from_db()
        raise


def _start(update: Update, asks: bool) -> Dispatch:
    notice = notice_of(update, asks=asks)
    refuse(problems(notice))
    # What was said before and is still unsent is no longer true.
    call_back(Dispatch.objects.filter(update__alert=update.alert), update.sent)
    dispatch = Dispatch.objects.create(
        update=update,
        notice_json=notice.to_json(),
        queue=Queue.URGENT if update.urgent else Queue.ROUTINE,
        created_at=update.sent,
        asks=bool(notice.question),
    )
    bell.ring(bell.EXPAND, dispatch.pk, queue=dispatch.queue)
    return dispatch


def problems(notice: Notice) -> list[str]:
    """Why some channel could not carry the notice: sentences for the editor."""
    return [problem for channel in channels().values() for problem in channel.problems(notice)]


def refuse(sentences: list[str]) -> None:
    """Raise ValidationError about the words if there is anything to say."""
    if sentences:
        raise ValidationError({"words": sentences})
