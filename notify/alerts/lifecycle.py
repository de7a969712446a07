"""The life of an alert: one table of moves, and the one door through which an alert changes.

    draft ──publish──▶ active ──update──▶ active ──resolve──▶ resolved
                         └───────────────cancel──────────────▶ cancelled

A draft may be ordered to publish itself at a time: see ``schedule``. The words of what was said last may
be corrected without telling anybody: see ``correction``.

Every change names the version of the alert that the editor saw. Who saw an older one is refused
(AlertChanged); who asks twice with the same key gets the first answer again.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from notify.alerts.content import AlertContent
from notify.alerts.models import Alert, Correction, Update
from notify.alerts.vocabulary import MessageType, Move, ResponseType, ScheduleEnd, State

if TYPE_CHECKING:
    from django.contrib.auth.models import User

TRANSITIONS: dict[tuple[str, str], State] = {
    (State.DRAFT, Move.PUBLISH): State.ACTIVE,
    (State.ACTIVE, Move.UPDATE): State.ACTIVE,
    (State.ACTIVE, Move.RESOLVE): State.RESOLVED,
    (State.ACTIVE, Move.CANCEL): State.CANCELLED,
}

SAYS: dict[Move, tuple[MessageType, ResponseType]] = {
    Move.PUBLISH: (MessageType.ALERT, ResponseType.NONE),
    Move.UPDATE: (MessageType.UPDATE, ResponseType.NONE),
    # Fixed is an Update that says AllClear; Cancel is for what was sent in error (CAP 3.2.1).
    Move.RESOLVE: (MessageType.UPDATE, ResponseType.ALL_CLEAR),
    Move.CANCEL: (MessageType.CANCEL, ResponseType.NONE),
}


class IllegalMove(Exception):
    """The alert's state does not allow it. ``str()`` says why, to the person who tried."""


class KeyReused(IllegalMove):
    """The request's key was used before, for something else. ``str()`` says what to do."""

    def __init__(self) -> None:
        super().__init__(
            _("This was sent before with other content. Look at the alert, then start anew.")
        )


class AlertChanged(Exception):
    """Somebody else changed the alert since it was read. ``str()`` says what to do."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Somebody else changed this alert while you were writing. Look at their change first."
            )
        )


def legal_moves(alert: Alert) -> list[Move]:
    """What an editor may do to the alert in the state it is in."""
    return [Move(move) for state, move in TRANSITIONS if state == alert.state]


def destination(alert: Alert, move: Move) -> State:
    """The state that ``move`` would leave the alert in. Raises IllegalMove."""
    state = TRANSITIONS.get((alert.state, move))
    if state is None:
        raise IllegalMove(_why_not(alert.state, move))
    return state


def create_draft(content: AlertContent, *, by: User | None, key: uuid.UUID | None = None) -> Alert:
    """A new draft. The same key again returns the draft made the first time.

    Raises ValidationError with the fields that need mending.
    """
    return draft_once(content, by=by, key=key or uuid.uuid4())[0]


def draft_once(content: AlertContent, *, by: User | None, key: uuid.UUID) -> tuple[Alert, bool]:
    """Like ``create_draft``; says too whether this call made it, of any number at once."""
    content.check(publishing=False)
    with transaction.atomic():
        alert, created = Alert.objects.get_or_create(
            request_key=key, defaults={**_columns(content), "author": by}
        )
        if created:
            alert.areas.set(content.areas)
    return alert, created


def revise_draft(alert: Alert, content: AlertContent, *, version: int) -> Alert:
    """Replace what a draft says; what was to be published at a time waits for another look instead.

    Raises ValidationError, IllegalMove or AlertChanged.
    """
    content.check(publishing=False)
    with claimed(alert, version):
        destination(alert, Move.PUBLISH)
        alert.schedules.end(ScheduleEnd.EDITED)
        for name, value in _columns(content).items():
            setattr(alert, name, value)
        alert.save()
        alert.areas.set(content.areas)
    return alert


def discard_draft(alert: Alert, *, version: int) -> None:
    """Delete a draft that nobody was told of. Raises IllegalMove or AlertChanged."""
    with claimed(alert, version):
        if alert.state != State.DRAFT:
            raise IllegalMove(
                _("People have been told of this alert. Resolve or cancel it instead.")
            )
        alert.delete()


def publish_update(
    alert: Alert,
    move: Move,
    content: AlertContent,
    *,
    version: int,
    key: uuid.UUID,
    by: User | None,
) -> tuple[Update, bool]:
    """Make ``move`` and write the update that says so; returns it, and whether it is new.

    Call it inside the transaction that also writes what follows from it. The same key again
    returns the first update and False; for another move, another alert or other content it raises
    KeyReused. Raises ValidationError (also for an update that changes nothing), IllegalMove or
    AlertChanged, and then nothing is written.
    """
    try:
        return _publish_once(alert, move, content, version=version, key=key, by=by), True
    except (AlertChanged, IllegalMove, ValidationError, IntegrityError):
        # A double click: the second request finds that the first has moved the alert on.
        said = Update.objects.filter(request_key=key).first()
        if said is None:
            raise
        if said.alert_id != alert.pk or not _says(said, move, content):
            raise KeyReused from None
        return said, False


def _publish_once(
    alert: Alert,
    move: Move,
    content: AlertContent,
    *,
    version: int,
    key: uuid.UUID,
    by: User | None,
) -> Update:
    with claimed(alert, version):
        state = destination(alert, move)
        if Correction.objects.filter(request_key=key).exists():
            raise KeyReused
        content.check(
            publishing=move in (Move.PUBLISH, Move.UPDATE),
            ending=move in (Move.RESOLVE, Move.CANCEL),
            standing=AlertContent.of(alert) if move == Move.UPDATE else None,
        )
        if move == Move.UPDATE:
            check_news(alert, content)
        update = proposed_update(alert, move, content, key=key, by=by)
        update.save()
        if move == Move.PUBLISH:
            alert.schedules.end(ScheduleEnd.PUBLISHED)
        _follow(alert, state, content, update.sent)
    return update


def _says(update: Update, move: Move, content: AlertContent) -> bool:
    """Whether the update is what ``move`` with ``content`` would say."""
    return (
        (update.message_type, update.response_type) == SAYS[move]
        and all(getattr(update, name) == value for name, value in _columns(content).items())
        and {place["code"] for place in update.places} == {area.code for area in content.areas}
    )


def check_news(alert: Alert, content: AlertContent) -> None:
    """Raise ValidationError if an update with ``content`` would only say again what stands.

    Everybody told before would get the same SMS once more. A new expected end alone is news; to
    promise news for later is not.
    """
    columns = _columns(content)
    del columns["news_by"]
    standing = set(alert.areas.values_list("pk", flat=True))
    if {area.pk for area in content.areas} == standing and all(
        getattr(alert, name) == value for name, value in columns.items()
    ):
        raise ValidationError(
            {
                NON_FIELD_ERRORS: _(
                    "You have changed nothing. Say what is new, or leave it as it stands."
                )
            }
        )


def proposed_update(
    alert: Alert,
    move: Move,
    content: AlertContent,
    *,
    key: uuid.UUID,
    by: User | None,
    at: datetime | None = None,
) -> Update:
    """The update that ``move`` would write ``at`` that time (now, unless it is said), unsaved."""
    last: int | None = None
    if alert.pk:
        last = alert.updates.aggregate(last=Max("number"))["last"]
    message_type, response_type = SAYS[move]
    return Update(
        alert=alert,
        number=(last or 0) + 1,
        request_key=key,
        message_type=message_type,
        response_type=response_type,
        places=[
            {"code": area.code, "name": area.name, "path": area.path}
            # An area chosen twice is one place.
            for area in dict.fromkeys(content.areas)
        ],
        sent=at or timezone.now(),
        author=by,
        **_columns(content),
    )


def _follow(alert: Alert, state: State, content: AlertContent, at: datetime) -> None:
    """The alert as it stands after the update. Its last words before the end remain its words."""
    alert.state = state
    if state == State.ACTIVE:
        for name, value in _columns(content).items():
            setattr(alert, name, value)
        alert.areas.set(content.areas)
        alert.published_at = alert.published_at or at
    else:
        alert.ended_at = at
    alert.save()


@contextmanager
def claimed(alert: Alert, version: int) -> Iterator[None]:
    """Take the alert for the change made within, or raise AlertChanged; its fields are read anew.

    One conditional UPDATE, so that it holds on SQLite too, which ignores row locks. If the change
    fails, the object forgets it too: a form shown again must name the version that stands.
    """
    try:
        with transaction.atomic():
            claimed = Alert.objects.filter(pk=alert.pk, version=version).update(version=version + 1)
            if not claimed:
                raise AlertChanged
            alert.refresh_from_db()
            yield
    except (IllegalMove, ValidationError, IntegrityError):
        alert.refresh_from_db()
        raise


def _columns(content: AlertContent) -> dict[str, object]:
    return {
        "service": content.service,
        "severity": content.severity,
        "urgency": content.urgency,
        "certainty": content.certainty,
        "onset": content.onset,
        "expires": content.expires,
        "news_by": content.news_by,
        "words": content.frozen_words(),
        "advice": content.frozen_advice(),
        "help_at": content.frozen_help(),
    }


def _why_not(state: str, move: Move) -> str:
    reasons = {
        State.DRAFT: _("This alert is a draft that nobody was told of. Publish it first."),
        State.ACTIVE: _("This alert is already published. Post an update instead."),
        State.RESOLVED: _("This alert is resolved. Publish a new one if it happens again."),
        State.CANCELLED: _("This alert was cancelled. Publish a new one if you need it."),
    }
    return reasons[State(state)]
