"""What the tests of the fan-out start from, and the work that workers do."""

from __future__ import annotations

import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from typing import Any, TypeVar

from django.db import connection, transaction
from django.utils import timezone

from notify.alerts.content import AlertContent
from notify.alerts.models import Alert, Area, Service
from notify.alerts.vocabulary import Move
from notify.dispatch.expand import expand
from notify.dispatch.models import Delivery, Dispatch, Queue, State
from notify.dispatch.send import send_next_batch
from notify.dispatch.start import announce
from notify.residents import managing
from notify.residents.models import Subscriber, Subscription
from notify.residents.secrecy import blind_index, encrypt
from tests import given

T = TypeVar("T")
NUMBERS = count(1)


def crowd(
    size: int,
    *,
    areas: Sequence[Area] | None = None,
    services: Sequence[Service | None] = (None,),
    language: str = "sv",
    serious_only: bool = False,
) -> list[Subscriber]:
    """So many subscribers with all of these subscriptions, made in bulk as the real flow makes one."""
    areas = areas or [given.city()["Äspered"]]
    phones = [f"+4670{next(NUMBERS):07d}" for _ in range(size)]
    people = Subscriber.objects.bulk_create(
        Subscriber(phone_cipher=encrypt(one), phone_index=blind_index(one), language=language)
        for one in phones
    )
    Subscription.objects.bulk_create(
        Subscription(subscriber=person, area=area, service=service, serious_only=serious_only)
        for person in people
        for area in areas
        for service in services
    )
    return people


def say(
    move: Move = Move.PUBLISH,
    alert: Alert | None = None,
    content: AlertContent | None = None,
    *,
    asks: bool = False,
    **changes: Any,
) -> Dispatch:
    """Announce ``move`` of the alert (a new one by default) with its content and these changes."""
    if alert is None:
        alert = given.draft(**changes)
    alert.refresh_from_db()
    if content is None:
        content = given.content(**changes) if changes else given.said(alert, move)
    key = uuid.uuid4()
    return announce(alert, move, content, version=alert.version, key=key, by=None, asks=asks)


def work() -> int:
    """Do all that is due, as workers of both queues would; returns how many batches that was."""
    done = 0
    for queue in Queue.values:
        while send_next_batch(queue):
            done += 1
    return done


def fan_out(move: Move = Move.PUBLISH, alert: Alert | None = None, **changes: Any) -> Dispatch:
    """Announce, expand and send, one after the other."""
    dispatch = say(move, alert, **changes)
    expand(dispatch.pk)
    work()
    dispatch.refresh_from_db()
    return dispatch


def expanded(move: Move = Move.PUBLISH, alert: Alert | None = None, **changes: Any) -> Dispatch:
    """Announce and expand; nothing is sent."""
    dispatch = say(move, alert, **changes)
    expand(dispatch.pk)
    dispatch.refresh_from_db()
    return dispatch


def alert_of(dispatch: Dispatch) -> Alert:
    """The alert that a dispatch tells of, as it is now."""
    return Alert.objects.get(pk=dispatch.update.alert_id)


def addressed(dispatch: Dispatch) -> list[int]:
    """The subscribers who have a delivery, in key order, as often as they have one."""
    of_people = dispatch.deliveries.exclude(subscriber=None).order_by("subscriber")
    return list(of_people.values_list("subscriber__pk", flat=True))


def keys(people: Iterable[Subscriber]) -> list[int]:
    """Their keys, in order."""
    return sorted(person.pk for person in people)


def states(dispatch: Dispatch) -> list[str]:
    """The state of each delivery, in the order they were made."""
    return list(dispatch.deliveries.order_by("pk").values_list("state", flat=True))


def tally(dispatch: Dispatch) -> dict[str, int]:
    """How many deliveries are in each state: which of them go first is anybody's guess."""
    return dict(Counter(states(dispatch)))


def waiting(dispatch: Dispatch) -> Subscriber:
    """Somebody whose turn has not come."""
    delivery = dispatch.deliveries.filter(state=State.QUEUED).latest("pk")
    assert delivery.subscriber
    return delivery.subscriber


def only(dispatch: Dispatch) -> Delivery:
    """The one delivery there is."""
    return dispatch.deliveries.get()


def leave(person: Subscriber) -> None:
    """The person ends everything, and nothing else happens."""
    Subscriber.objects.filter(pk=person.pk).update(ended_at=timezone.now())


def pause(person: Subscriber, **later: float) -> None:
    """The person wants to hear nothing new until then (``hours=8``)."""
    managing.pause(person, timezone.now() + timedelta(**later))


def at_once(*jobs: Callable[[], T]) -> list[T]:
    """Run the jobs side by side, each with a connection of its own; raises what one of them raised."""
    start = threading.Barrier(len(jobs))

    def run(job: Callable[[], T]) -> T:
        start.wait(10)
        return _closing(job)

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


WAITING = """SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'"""


def meanwhile(change: Callable[[], object], job: Callable[[], T]) -> T:
    """Run ``job`` against a ``change`` that is made but not committed, until the job waits for it.

    Then the change is committed, and the job goes on. Only PostgreSQL lets anybody in so far.
    """
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            change()
            doing = pool.submit(_closing, job)
            deadline = time.monotonic() + 10
            while not doing.done() and not _somebody_waits():
                assert time.monotonic() < deadline, "nobody waits, and nobody is done"
        return doing.result(10)


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        # Within a transaction the activity is read once and kept, unless told to forget.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(WAITING)
        (waiting,) = cursor.fetchone() or (0,)
    return bool(waiting)


def _closing(job: Callable[[], T]) -> T:
    try:
        return job()
    finally:
        connection.close()
