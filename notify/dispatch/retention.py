"""Forgetting what has been kept for long enough, by itself: docs/privacy.md says what, and why.

| What | When |
|---|---|
| sign-ups, confirmed or not | after KEEP_SIGN_UPS_HOURS |
| marks on a number | when their own time is past |
| codes and answers | after KEEP_LINKS_DAYS; their words and address as soon as they are through |
| what people answered to an all-clear | after KEEP_LINKS_DAYS |
| how each try to tell a receiving system went | after KEEP_LINKS_DAYS |
| whom a delivery was for | after KEEP_LINKS_DAYS, but not while its alert stands or one is under way |
| who has left | after KEEP_ENDED_DAYS |

In pieces, each a short transaction, for some seconds a minute: a fan-out never waits for it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from notify.alerts.selectors import standing_alerts
from notify.channels.webhooks import attempts
from notify.dispatch.erasure import erase_subscribers
from notify.dispatch.models import Batch, Delivery, DirectMessage, Dispatch, StillWithout
from notify.dispatch.stopping import stopping
from notify.dispatch.unlinking import unlink
from notify.residents.models import Mark, SignUp, Subscriber

log = logging.getLogger(__name__)

BUDGET = 3.0
"""Seconds after which the rest is left to the next time, a minute later."""
ROWS = 500
"""Rows per piece."""
PEOPLE = 20
"""People per piece: each may be named in hundreds of deliveries."""


def forget() -> None:
    """Forget what is past its time, as far as the budget goes; the next time goes on from there.

    Twice is harmless, side by side too: what is gone is not found, and a batch or a person that
    another works on is left to it. Each kind is tried, whatever became of the others; what went
    wrong is raised at the end.
    """
    until = time.monotonic() + BUDGET
    faults: list[Exception] = []
    for forget_some in PIECES:
        try:
            while not (stopping() or time.monotonic() >= until) and forget_some(timezone.now()):
                pass
        except Exception as fault:  # noqa: BLE001 - one kind that fails must not keep the others
            faults.append(fault)
    if faults:
        raise ExceptionGroup("not everything that is past its time is forgotten", faults)


def forget_sign_ups(now: datetime) -> bool:
    """Delete some sign-ups; returns whether there may be more."""
    past = SignUp.objects.filter(
        created_at__lte=now - timedelta(hours=settings.KEEP_SIGN_UPS_HOURS)
    )
    keys = list(past.order_by("created_at").values_list("pk", flat=True)[:ROWS])
    SignUp.objects.filter(pk__in=keys).delete()
    return len(keys) == ROWS


def forget_marks(now: datetime) -> bool:
    """Delete some marks whose time is past; returns whether there may be more."""
    keys = list(Mark.objects.filter(until__lte=now).values_list("pk", flat=True)[:ROWS])
    # Asked again: a mark may have been renewed a moment ago.
    Mark.objects.filter(pk__in=keys, until__lte=now).delete()
    return len(keys) == ROWS


def forget_direct_messages(now: datetime) -> bool:
    """Delete some codes and answers; returns whether there may be more."""
    limit = now - timedelta(days=settings.KEEP_LINKS_DAYS)
    # The first made have the lowest keys, so that no index on the time is needed.
    first = DirectMessage.objects.order_by("pk").values_list("pk", "created_at")[:ROWS]
    keys = [key for key, made in first if made <= limit]
    DirectMessage.objects.filter(pk__in=keys).delete()
    return len(keys) == ROWS


def forget_answers(now: datetime) -> bool:
    """Delete some answers to all-clears; returns whether there may be more."""
    limit = now - timedelta(days=settings.KEEP_LINKS_DAYS)
    # As above: the first answers have the lowest keys.
    first = StillWithout.objects.order_by("pk").values_list("pk", "at")[:ROWS]
    keys = [key for key, at in first if at <= limit]
    StillWithout.objects.filter(pk__in=keys).delete()
    return len(keys) == ROWS


def forget_attempts(now: datetime) -> bool:
    """Delete some attempts to tell receiving systems; returns whether there may be more."""
    return attempts.forget(now - timedelta(days=settings.KEEP_LINKS_DAYS), ROWS)


@transaction.atomic
def forget_recipients(now: datetime) -> bool:
    """Clear one batch of whom it was for; returns whether there may be more."""
    dispatch = to_unlink(now).first()
    if dispatch is None:
        return False
    named = Batch.objects.filter(dispatch=dispatch, number__gt=0).order_by("number")
    batch = named.select_for_update(skip_locked=True).first()
    if batch is not None:
        unlink(Delivery.objects.filter(batch=batch))
        Batch.objects.filter(pk=batch.pk).update(number=None)
        return True
    if named.exists():
        return False  # another is just at its last batch
    # It ends with somebody's key, as each batch's number is one.
    Dispatch.objects.filter(pk=dispatch.pk).update(unlinked_at=now, expanded_through=0)
    log.info("dispatch %s no longer says whom it told", dispatch.pk)
    return True


def to_unlink(now: datetime) -> QuerySet[Dispatch]:
    """Dispatches that are old enough to forget whom they told, the oldest first.

    Not while their alert stands, because who was told must hear that it is over; nor while an
    all-clear is still looking for them. Planned work that ran out by itself counts as over when
    it ended that long ago. Nor while a message to somebody is under way: a batch says when it is done,
    and when there is something left to ask its provider about.
    """
    limit = now - timedelta(days=settings.KEEP_LINKS_DAYS)
    standing = standing_alerts(limit).order_by().values("pk")
    asking = Dispatch.objects.filter(
        update__alert=OuterRef("update__alert"), expanded_at=None
    ).order_by()
    under_way = Batch.objects.filter(
        Q(done_at=None) | Q(ask_at__isnull=False), dispatch=OuterRef("pk"), number__gt=0
    ).order_by()
    old = Dispatch.objects.filter(unlinked_at=None, created_at__lte=limit)
    over = old.exclude(update__alert__in=standing)
    return over.exclude(Exists(asking)).exclude(Exists(under_way)).order_by("pk")


@transaction.atomic
def forget_people(now: datetime) -> bool:
    """Erase some people who left long ago; returns whether there may be more.

    What else is held on their numbers has its own time: a sign-up, so that who is just coming back
    does, and that somebody wants no codes.
    """
    limit = now - timedelta(days=settings.KEEP_ENDED_DAYS)
    gone = Subscriber.objects.filter(ended_at__lte=limit).order_by("pk")
    keys = list(gone.select_for_update(skip_locked=True).values_list("pk", flat=True)[:PEOPLE])
    if keys:
        erase_subscribers(keys)
        log.info("%d who had left are erased", len(keys))
    return len(keys) == PEOPLE


PIECES: tuple[Callable[[datetime], bool], ...] = (
    forget_sign_ups,
    forget_marks,
    forget_direct_messages,
    forget_answers,
    forget_attempts,
    forget_recipients,
    forget_people,
)
