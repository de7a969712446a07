"""What Prometheus is told, counted in the database at each scrape: nine statements, however much there is.

Everything is of the last 24 hours' dispatches, or of now; nothing is kept in the process, so every
web process answers the same. No label holds anything of a person, and each takes few values: queues,
channels, states.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Min, Q, QuerySet
from django.utils import timezone
from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeHistogramMetricFamily,
    GaugeMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from redis import Redis
from redis.exceptions import RedisError

from config.broker import PATIENCE, key, redis
from notify.alerts.schedule import due_schedules
from notify.channels import tally
from notify.dispatch import inbox
from notify.dispatch.lease import LEASE
from notify.dispatch.models import Batch, Delivery, DirectMessage, Dispatch, Queue, State
from notify.residents.limits import budget_used, refusals

DAY = timedelta(hours=24)
BUCKETS = (1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600)
"""Seconds from publication to the provider's acceptance."""
UNHEARD_AFTER = timedelta(hours=1)
"""How long a message may be sent without a word from the provider before it counts as unheard of."""
THROTTLED = ("20429", "46elks-429", "30022")
"""The providers' codes for "too fast" (HTTP 429, and a full queue of the sender)."""

Source = Callable[[datetime], Iterable[Metric]]


class Ledger(Collector):
    """Every metric, from every source, as of the moment it is collected."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._sources = tuple(sources)

    def collect(self) -> Iterator[Metric]:
        """Ask each source. Raises what the database raises: a scrape that fails is an alarm too."""
        now = timezone.now()
        for source in self._sources:
            yield from source(now)

    def describe(self) -> list[Metric]:
        """Nothing: to be registered must cost no statement."""
        return []


def registry(*more: Source) -> CollectorRegistry:
    """A registry with the ledger alone, and with what these sources tell."""
    made = CollectorRegistry(auto_describe=False)
    made.register(Ledger((*SOURCES, *more)))
    return made


def deliveries(now: datetime) -> Iterator[Metric]:
    """How many there are in each state, what waits because of the provider's pace, what is unheard of."""
    by_state = _gauge("deliveries", "Deliveries of the last 24 h", "channel", "state")
    throttled = _gauge("deliveries_throttled", "Waiting because the provider said 429", "channel")
    unheard = _gauge("deliveries_unheard", "Sent over an hour ago, no receipt since", "channel")
    unheard_since = Q(state=State.SENT, sent_at__lte=now - UNHEARD_AFTER)
    found: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(State.values, 0))
    slowed: dict[str, int] = defaultdict(int)
    silent: dict[str, int] = defaultdict(int)
    rows = _recent(now).values_list("channel", "state")
    counted = rows.annotate(
        count=Count("pk"),
        slowed=Count("pk", filter=Q(state=State.QUEUED, error__in=THROTTLED)),
        silent=Count("pk", filter=unheard_since),
    )
    for channel, state, count, slow, quiet in counted:
        found[channel][state] = count
        slowed[channel] += slow
        silent[channel] += quiet
    for channel, states in found.items():
        for state, count in states.items():
            by_state.add_metric([channel, state], count)
        throttled.add_metric([channel], slowed[channel])
        unheard.add_metric([channel], silent[channel])
    return iter((by_state, throttled, unheard))


def acceptance(now: datetime) -> Iterator[Metric]:
    """How long publication takes to reach the provider: a histogram over the last 24 hours."""
    told = GaugeHistogramMetricFamily(
        "notify_acceptance_seconds",
        "From publishing to the provider's acceptance, last 24 h",
        labels=["channel", "queue"],
    )
    waited = ExpressionWrapper(F("sent_at") - F("dispatch__created_at"), DurationField())
    rows = _recent(now).filter(sent_at__isnull=False).annotate(waited=waited)
    within: dict[str, Any] = {
        f"within_{bound}": Count("pk", filter=Q(waited__lte=timedelta(seconds=bound)))
        for bound in BUCKETS
    }
    grouped = rows.values("channel", "dispatch__queue")
    counted: Any = grouped.annotate(count=Count("pk"), mean=Avg("waited"), **within)
    for row in counted:
        buckets = [(str(float(bound)), float(row[f"within_{bound}"])) for bound in BUCKETS]
        told.add_metric(
            [row["channel"], row["dispatch__queue"]],
            [*buckets, ("+Inf", row["count"])],
            row["mean"].total_seconds() * row["count"],
        )
    return iter((told,))


def doubts(now: datetime) -> Iterator[Metric]:
    """What is in doubt, however old its dispatch: how much, and for how long."""
    count = _gauge("deliveries_in_doubt", "In doubt, of any age", "channel")
    age = _gauge("in_doubt_age_seconds", "Since the oldest of them was being sent", "channel")
    rows = Delivery.objects.filter(state=State.IN_DOUBT).order_by().values_list("channel")
    for channel, doubtful, first in rows.annotate(count=Count("pk"), first=Min("sending_at")):
        count.add_metric([channel], doubtful)
        age.add_metric([channel], _age(first, now))
    return iter((count, age))


def batches(now: datetime) -> Iterator[Metric]:
    """The work in the database: what is due, since when, and how the leases are."""
    due = _gauge("batches_due", "Batches that are due and that nobody holds", "queue")
    wait = _gauge("batch_wait_seconds", "How long the longest due of them waits", "queue")
    held = _gauge("batches_leased", "Batches that a worker holds", "queue")
    lease = _gauge("lease_age_seconds", "Since the oldest lease was last renewed", "queue")
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    waiting = free & Q(due_at__lte=now)
    rows = Batch.objects.filter(done_at=None).order_by().values_list("queue")
    counted = rows.annotate(
        due=Count("pk", filter=waiting),
        first=Min("due_at", filter=waiting),
        held=Count("pk", filter=Q(leased_until__gt=now)),
        until=Min("leased_until"),
    )
    found = {queue: numbers for queue, *numbers in counted}
    for queue in Queue.values:
        due_count, first, held_count, until = found.get(queue, (0, None, 0, None))
        due.add_metric([queue], due_count)
        wait.add_metric([queue], _age(first, now))
        held.add_metric([queue], held_count)
        lease.add_metric([queue], _age(until - LEASE if until else None, now))
    return iter((due, wait, held, lease))


def dispatches(now: datetime) -> Iterator[Metric]:
    """Dispatches whose recipients are still being gathered."""
    rows = Dispatch.objects.filter(expanded_at=None).aggregate(
        count=Count("pk"), first=Min("created_at")
    )
    count = _gauge("dispatches_unexpanded", "Dispatches whose recipients are being gathered")
    count.add_metric([], rows["count"])
    age = _gauge("unexpanded_age_seconds", "Since the oldest of them was published")
    age.add_metric([], _age(rows["first"], now))
    return iter((count, age))


def publications(now: datetime) -> Iterator[Metric]:
    """Planned publications whose time has come and that are still drafts."""
    rows = due_schedules(now).order_by().aggregate(count=Count("pk"), first=Min("publish_at"))
    count = _gauge("publications_due", "Drafts that should have gone out by themselves by now")
    count.add_metric([], rows["count"])
    late = _gauge("publication_late_seconds", "Since the first of them should have gone out")
    late.add_metric([], _age(rows["first"], now))
    return iter((count, late))


def direct_messages(now: datetime) -> Iterator[Metric]:
    """Codes and answers of the last 24 hours."""
    told = _gauge("direct_messages", "Codes and answers of the last 24 h", "purpose", "state")
    rows = DirectMessage.objects.filter(created_at__gte=now - DAY).order_by()
    for purpose, state, count in rows.values_list("purpose", "state").annotate(count=Count("pk")):
        told.add_metric([purpose, state], count)
    return iter((told,))


def codes(now: datetime) -> Iterator[Metric]:
    """What codes have cost of the hour's budget, and how often a limit refused one."""
    used = _gauge("code_budget_used", "Codes sent within the hour, as a part of all that may be")
    used.add_metric([], budget_used(now))
    refused = _gauge("codes_refused", "Codes that a limit refused in the last 24 h", "limit")
    for limit, times in refusals(now - DAY):
        refused.add_metric([limit], times)
    return iter((used, refused))


def broker(now: datetime) -> Iterator[Metric]:
    """Whether Redis answers, and what lies in it; nothing where the broker is no Redis."""
    up = _gauge("redis_up", f"Whether Redis answered within {PATIENCE} s")
    found: list[Metric] = []
    try:
        client = redis()
        if client is None:
            return
        found = [_bells(client), *_callbacks(), *_counts()]
    except RedisError:
        up.add_metric([], 0)
    else:
        up.add_metric([], 1)
    yield from (up, *found)


def _bells(client: Redis) -> Metric:
    bells = _gauge("bells", "Celery tasks that wait in Redis", "queue")
    for queue in settings.CELERY_TASK_QUEUES:
        bells.add_metric([queue], client.llen(key(queue)))
    return bells


def _callbacks() -> Iterator[Metric]:
    """What providers have said of messages and nobody has recorded yet."""
    found = inbox.waiting()
    if found is None:
        return
    count = _gauge("callbacks_waiting", "Status callbacks that are not in the ledger yet")
    count.add_metric([], found.count)
    lag = _gauge("callback_lag_seconds", "How long the first of them has waited")
    lag.add_metric([], found.age)
    yield from (count, lag)


def _counts() -> Iterator[Metric]:
    """What was counted as it happened; from nought again when Redis has lost its memory."""
    for what, name, says, label in (
        (tally.TOO_FAST, "too_fast", "Requests that a provider answered with 429", "provider"),
        (tally.UNKNOWN_STATUS, "unknown_statuses", "Statuses that we do not know", "status"),
        (tally.RENDERED, "rendered", "Renderings of what everybody reads", "topic"),
    ):
        counter = CounterMetricFamily(f"notify_{name}", says, labels=[label])
        for which, count in tally.counts(what):
            counter.add_metric([which], count)
        yield counter


def _recent(now: datetime) -> QuerySet[Delivery]:
    """Deliveries of the last 24 hours' dispatches; which those are is asked of the small table."""
    young = Dispatch.objects.filter(created_at__gte=now - DAY).order_by().values("pk")
    return Delivery.objects.filter(dispatch__in=young).order_by()


def _gauge(name: str, says: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"notify_{name}", says, labels=labels)


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0


SOURCES: tuple[Source, ...] = (
    deliveries,
    acceptance,
    doubts,
    batches,
    dispatches,
    publications,
    direct_messages,
    codes,
    broker,
)
"""Each yields some metrics for a moment; who has more to tell adds a function here."""
