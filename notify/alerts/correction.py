"""Correcting a misspelt word or a wrong sentence in what was just said, without telling thousands again.

A correction is of words alone, and of the latest update alone: what holds now. Facts (where, how bad,
how long, what to do) are news, and news is an update. The alert's state stays as it is.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext as _

from notify.alerts.content import AlertContent, Words
from notify.alerts.lifecycle import AlertChanged, IllegalMove, KeyReused, claimed
from notify.alerts.models import Alert, Correction, Update
from notify.alerts.selectors import LINGER
from notify.alerts.vocabulary import State

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def may_correct(alert: Alert, now: datetime) -> bool:
    """Whether what was said last is still shown."""
    long_over = alert.ended_at is not None and alert.ended_at <= now - LINGER
    return alert.state != State.DRAFT and not long_over


def correctable(alert: Alert, now: datetime) -> Update:
    """The update whose words may be corrected: the latest, while it is still shown.

    Raises IllegalMove.
    """
    if alert.state == State.DRAFT:
        raise IllegalMove(_("This alert is a draft that nobody was told of. Edit it instead."))
    if not may_correct(alert, now):
        raise IllegalMove(
            _("This has been over for more than a week, and what was said of it stays as it was.")
        )
    return alert.updates.latest("number")


def correct(
    alert: Alert, words: Words, *, version: int, key: uuid.UUID, by: User | None
) -> tuple[Correction, bool]:
    """Let the latest update say ``words`` from now on; returns the correction, and whether it is new.

    words: all of them, in every language that it shall have. Call it inside the transaction that
    also writes what follows from it. The same key again returns the first correction and False; for
    other words or another alert, or after an update with that key, it raises KeyReused. Raises
    ValidationError (also for words that stand already), IllegalMove or AlertChanged, and then
    nothing is written.
    """
    try:
        return _correct_once(alert, words, version=version, key=key, by=by), True
    except (AlertChanged, IllegalMove, ValidationError, IntegrityError):
        # A double click: the second request finds that the first has moved the version on.
        made = Correction.objects.select_related("update").filter(request_key=key).first()
        if made is None:
            raise
        if made.update.alert_id != alert.pk or made.words != _content(alert, words).frozen_words():
            raise KeyReused from None
        return made, False


def _correct_once(
    alert: Alert, words: Words, *, version: int, key: uuid.UUID, by: User | None
) -> Correction:
    with claimed(alert, version):
        now = timezone.now()
        update = correctable(alert, now)
        if Update.objects.filter(request_key=key).exists():
            raise KeyReused
        check_change(alert, update, words)
        frozen = _content(alert, words).frozen_words()
        at = _after(update, now)
        made = update.corrections.create(words=frozen, request_key=key, made_at=at, author=by)
        if not update.ends_alert:
            # Of an alert that has ended, the words before its end remain its words.
            alert.words = frozen
        alert.save()
    return made


def _after(update: Update, now: datetime) -> datetime:
    """Now, or just after its last correction if that was made by a clock that is ahead.

    Channels know by this time which of two corrections holds.
    """
    last = update.latest_correction
    return max(now, last.made_at + timedelta(microseconds=1)) if last else now


def check_words(alert: Alert, words: Words) -> None:
    """Raise ValidationError if the words need mending."""
    _content(alert, words).check_words()


def check_change(alert: Alert, update: Update, words: Words) -> None:
    """Raise ValidationError if the words need mending, or are those that stand."""
    check_words(alert, words)
    if _content(alert, words).frozen_words() == update.present_words:
        raise ValidationError(
            {NON_FIELD_ERRORS: _("You have changed nothing. Correct a word, or leave it as it is.")}
        )


def _content(alert: Alert, words: Words) -> AlertContent:
    return AlertContent.of(alert).saying(words)
