"""What a person may decide about a dispatch: stop it, have what failed tried once more, or one message repeated.

Stop: nothing more leaves. Workers see the mark before their next handful, and take back what still
waits. What has left cannot be called back, and the alert itself stands: only a cancel says that it
was wrong.

Try again: a delivery that failed goes back to the queue as the same row, its attempts counted on.
The promise is that the provider accepts at most one message per delivery *that it does not itself
report as failed*: only deliveries in the final state ``failed`` go back, never one in doubt or
sent, and whatever the provider says later about the failed message is told apart by that message's
id (``earlier``). It goes back only while the words still stand, to people who are still there, and
for reasons of which the channel says that another try may help: not to a number that does not
exist, not to somebody who wants nothing from us.

Repeat: one delivery, failed or delivered, goes back to the queue likewise; only on a channel whose
receivers know a message again when it comes twice.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from notify.channels.registry import channels
from notify.dispatch import bell
from notify.dispatch.models import Batch, Decision, Delivery, Dispatch, EarlierTry, State
from notify.dispatch.recipients import left_since
from notify.dispatch.withdrawal import call_back

if TYPE_CHECKING:
    from django.contrib.auth.models import User

OUR_OWN = ("gave_up", "undecryptable")
"""Reasons of ours that may be gone by now: the provider is back, the missing key is configured."""
MOST_BELLS = 20
"""Enough to wake every worker; the sweeper rings for the rest."""
UNSENT = (State.QUEUED, State.SENDING, State.IN_DOUBT)
"""States from which a message may yet leave, the last two after a way back."""
AT_ONCE = 2_000
"""Rows per statement."""


class NothingToDo(Exception):
    """The decision comes too late, or concerns nobody. ``str()`` is a sentence for the person."""


def stoppable(dispatch: Dispatch) -> int:
    """How many messages wait to be sent and could still be stopped. One statement."""
    return dispatch.deliveries.filter(state=State.QUEUED).count()


def may_stop(dispatch: Dispatch) -> bool:
    """Whether something waits, or may come back to wait. At most one statement."""
    if dispatch.withdrawn_at is not None:
        return False
    if dispatch.expanded_at is None:
        return True
    return dispatch.deliveries.filter(state__in=UNSENT).exists()


@transaction.atomic
def stop(dispatch: Dispatch, *, key: uuid.UUID, by: User | None) -> Decision:
    """Let nothing more of the dispatch leave; workers take back what waits.

    key: of the click; the same one again returns the same decision. Raises NothingToDo.
    """
    held = _held(dispatch)
    if made := _made(key):
        return made
    if not may_stop(held):
        raise NothingToDo(_("There is nothing left to stop: everything has been sent or ended."))
    now = timezone.now()
    call_back(Dispatch.objects.filter(pk=held.pk), now)
    _ring(Batch.objects.filter(dispatch=held, done_at=None))
    return Decision.objects.create(
        dispatch=held, kind=Decision.Kind.STOP, by=by, at=now, count=stoppable(held), key=key
    )


def why_withdrawn(dispatch: Dispatch) -> str:
    """The code of why a dispatch with a mark was withdrawn: a person stopped it, or newer words."""
    stopped = Decision.objects.filter(dispatch=dispatch.pk, kind=Decision.Kind.STOP)
    return "stopped" if stopped.exists() else "superseded"


def worth_another_try(channel: str, error: str) -> bool:
    """Whether a delivery that failed for this reason may arrive if it is tried again."""
    known = channels().get(channel)
    return known is not None and (error in OUR_OWN or known.may_work_later(error))


def stands(dispatch: Dispatch) -> bool:
    """Whether its words are still true, so that they may be sent."""
    return dispatch.withdrawn_at is None and not dispatch.notice.stale(timezone.now())


def retryable(dispatch: Dispatch) -> int:
    """How many failed messages another try would concern. Two statements at most."""
    return _failed(dispatch).count() if stands(dispatch) else 0


@transaction.atomic
def retry(dispatch: Dispatch, *, key: uuid.UUID, by: User | None) -> Decision:
    """Queue again what failed and may yet arrive; see above for what that promises.

    key: of the click; the same one again returns the same decision. Raises NothingToDo.
    """
    # Held until the end, so that newer words come before all this or after it.
    held = _held(dispatch)
    if made := _made(key):
        return made
    if not stands(held):
        raise NothingToDo(_("What it says no longer holds, so it is not sent again."))
    batches, keys = _lock(held)
    if not keys:
        raise NothingToDo(_("No failed message is worth another try."))
    now = timezone.now()
    for start in range(0, len(keys), AT_ONCE):
        _queue(
            Delivery.objects.filter(pk__in=keys[start : start + AT_ONCE], state=State.FAILED), now
        )
    _reopen(batches, now)
    return Decision.objects.create(
        dispatch=held, kind=Decision.Kind.RETRY, by=by, at=now, count=len(keys), key=key
    )


@transaction.atomic
def repeat(delivery: Delivery, *, key: uuid.UUID, by: User | None) -> Decision:
    """Queue one delivery again, whether it failed or arrived; see above for where that may be.

    key: of the click; the same one again returns the same decision. Raises NothingToDo.
    """
    held = _held(delivery.dispatch)
    if made := _made(key):
        return made
    known = channels().get(delivery.channel)
    if known is None or not known.repeatable:
        raise NothingToDo(_("It would arrive twice, so it is not sent again."))
    if not stands(held):
        raise NothingToDo(_("Newer words have taken its place, or it no longer holds."))
    batches = Batch.objects.filter(pk=delivery.batch_id).select_for_update(no_key=True)
    locked = list(batches.values_list("pk", flat=True))
    now = timezone.now()
    ended = Delivery.objects.filter(
        pk=delivery.pk, state__in=[State.FAILED, State.SENT, State.DELIVERED]
    )
    if not _queue(ended, now):
        raise NothingToDo(_("It is on its way already."))
    _reopen(locked, now)
    return Decision.objects.create(
        dispatch=held, kind=Decision.Kind.REPEAT, by=by, at=now, count=1, key=key
    )


def tell_of_correction(dispatch: Dispatch) -> None:
    """Queue again, for when they want to hear of it, whatever went to those who hear of corrections.

    What still waits tells them anyway. For within a transaction.
    """
    held, now = _held(dispatch), timezone.now()
    for channel in channels().values():
        if channel.hears_of_corrections and stands(held):
            batches = Batch.objects.filter(dispatch=held, channel=channel.name)
            locked = list(batches.select_for_update(no_key=True).values_list("pk", flat=True))
            ended = Delivery.objects.filter(
                batch__in=locked, state__in=[State.FAILED, State.SENT, State.DELIVERED]
            )
            if _queue(ended, now + channel.rests):
                Batch.objects.filter(pk__in=locked).update(done_at=None, due_at=now + channel.rests)


def _queue(deliveries: QuerySet[Delivery], due_at: datetime) -> int:
    """Put them back as if nothing had come of them yet; returns how many."""
    _remember(deliveries)
    return deliveries.update(
        state=State.QUEUED,
        due_at=due_at,
        sent_at=None,
        final_at=None,
        provider="",
        provider_id="",
        error="",
    )


def _reopen(batches: Collection[int], now: datetime) -> None:
    opened = Batch.objects.filter(pk__in=batches)
    opened.update(done_at=None, due_at=now)
    _ring(opened)


def _held(dispatch: Dispatch) -> Dispatch:
    """The dispatch as it is now, locked: workers and whoever publishes newer words wait."""
    return Dispatch.objects.select_for_update(no_key=True).get(pk=dispatch.pk)


def _made(key: uuid.UUID) -> Decision | None:
    """Asked under the lock, so that two clicks at once are one."""
    return Decision.objects.filter(key=key).first()


def _failed(dispatch: Dispatch) -> QuerySet[Delivery]:
    """The failed deliveries that another try may help. One statement to see which reasons there are."""
    failed = dispatch.deliveries.filter(state=State.FAILED).order_by()
    found = failed.values_list("channel", "error").distinct()
    chosen = Q(pk__in=[])
    for channel, error in found:
        if worth_another_try(channel, error):
            chosen |= Q(channel=channel, error=error)
    gone = Q(subscriber__ended_at__isnull=False) | Q(subscriber=None, channel__in=_to_people())
    left = Exists(left_since(dispatch).filter(subscriber=OuterRef("subscriber")))
    return failed.filter(chosen).exclude(gone).exclude(left)


def _to_people() -> list[str]:
    return [one.name for one in channels().values() if one.addressed_by == "subscriber"]


def _lock(dispatch: Dispatch) -> tuple[list[int], list[int]]:
    """Lock the batches and then the deliveries, each in key order, as everybody does; their keys."""
    batches = Batch.objects.filter(pk__in=_failed(dispatch).values("batch")).order_by("pk")
    locked = list(batches.select_for_update(no_key=True).values_list("pk", flat=True))
    rows = _failed(dispatch).filter(batch__in=locked).order_by("pk")
    keys = rows.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True)
    return locked, list(keys)


def _remember(failed: QuerySet[Delivery]) -> None:
    """Keep which messages these were, so that later words about them are known for what they are."""
    taken = failed.exclude(provider_id="").only(
        "provider", "provider_id", "error", "sent_at", "final_at"
    )
    EarlierTry.objects.bulk_create(
        (
            EarlierTry(
                delivery=one,
                provider=one.provider,
                provider_id=one.provider_id,
                error=one.error,
                sent_at=one.sent_at,
                final_at=one.final_at,
            )
            for one in taken
        ),
        ignore_conflicts=True,
        batch_size=500,
    )


def _ring(batches: QuerySet[Batch]) -> None:
    for queue, count in batches.order_by().values_list("queue").annotate(Count("pk")):
        bell.ring(bell.SEND_BATCH, queue, queue=queue, times=min(count, MOST_BELLS))
