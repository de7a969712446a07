"""One fan-out of ours from publishing to the last acceptance recorded, and what it cost."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from bench import control
from bench.figures import Run
from bench.house import House
from bench.processes import cpu_seconds, memory
from bench.seed import Town
from notify.alerts import lifecycle
from notify.alerts.content import AlertContent
from notify.alerts.models import Area
from notify.alerts.vocabulary import Move, Severity, Urgency
from notify.demo.children import Child
from notify.dispatch.models import Dispatch
from notify.dispatch.start import announce

STUCK_SECONDS = 120.0
"""Without one more acceptance for so long, a fan-out has failed."""

RECORDED = """
SELECT count(*) FROM dispatch_delivery
WHERE dispatch_id = %s AND channel = 'sms' AND state IN ('sent', 'delivered')
"""
LAST_RECORDED = """
SELECT extract(epoch FROM max(sent_at)) FROM dispatch_delivery WHERE dispatch_id = %s AND channel = 'sms'
"""


class Stuck(Exception):
    """Nothing moves any more; ``str()`` says how far it came."""


def clear(house: House) -> None:
    """Forget every dispatch, so that each fan-out finds the tables as the first one did."""
    house.observer.execute(
        "TRUNCATE dispatch_delivery, dispatch_batch, dispatch_dispatch RESTART IDENTITY CASCADE"
    )
    house.observer.execute("VACUUM ANALYZE dispatch_delivery, dispatch_batch, dispatch_dispatch")
    house.observer.execute("CHECKPOINT")


def publish(town: Town, areas: Sequence[Area], *, urgent: bool, headline: str) -> Dispatch:
    """Publish an alert about these areas; routine unless urgent."""
    now = timezone.now()
    content = AlertContent(
        service=town.service,
        areas=list(areas),
        severity=Severity.SEVERE if urgent else Severity.MINOR,
        urgency=Urgency.IMMEDIATE,
        onset=now,
        expires=now + timedelta(hours=4),
        words={
            "sv": {
                "headline": headline,
                "description": "En ledning har gått sönder.",
                "instruction": "Hämta vatten vid skolan.",
            }
        },
    )
    alert = lifecycle.create_draft(content, by=None)
    return announce(alert, Move.PUBLISH, content, version=alert.version, key=uuid.uuid4(), by=None)


def fan_out(
    house: House,
    town: Town,
    worker: Child,
    size: int,
    *,
    latency_ms: float = 0,
    segments_per_second: float = 0,
) -> Run:
    """Publish to ``size`` people, wait until every acceptance is recorded, and count. Raises Stuck."""
    clear(house)
    control.behave(
        house.provider_url, latency_ms=latency_ms, segments_per_second=segments_per_second
    )
    pid, postgres = worker.process.pid, postmaster(house)
    before = control.counted(house.provider_url)
    house.observer.forget()
    cpu, database_cpu = cpu_seconds(pid), cpu_seconds(postgres)
    began = time.time()
    dispatch = publish(town, town.areas(size), urgent=False, headline="Vattenavbrott")
    wait(house, dispatch, size)
    counted = control.counted(house.provider_url)
    dispatch.refresh_from_db()
    recorded = float(str(house.observer.value(LAST_RECORDED, dispatch.pk)))
    assert dispatch.expanded_at is not None
    held = memory(pid)
    return Run(
        way="ours",
        messages=size,
        latency_ms=latency_ms,
        seconds=recorded - began,
        sending_cpu=cpu_seconds(pid) - cpu,
        provider_cpu=counted.cpu - before.cpu,
        first=min(text.first for text in counted.texts) - began,
        last=max(text.last for text in counted.texts) - began,
        peaks=held.peaks,
        together=held.together,
        database_cpu=cpu_seconds(postgres) - database_cpu,
        expanded=dispatch.expanded_at.timestamp() - began,
        refused=counted.refused,
        steady=counted.steady,
        work=house.observer.work(),
    )


def wait(house: House, dispatch: Dispatch, size: int) -> None:
    """Return when every SMS of the dispatch is recorded as sent. Raises Stuck."""
    before, since = -1, time.monotonic()
    while True:
        accepted = control.counted(house.provider_url).accepted
        # Counting a million rows costs: only when the stand-in says that it can be true.
        done = accepted >= size and house.observer.value(RECORDED, dispatch.pk) == size
        if done:
            return
        if accepted != before:
            before, since = accepted, time.monotonic()
        if time.monotonic() - since > STUCK_SECONDS:
            raise Stuck(
                f"{house.observer.value(RECORDED, dispatch.pk)} of {size} recorded, {accepted} accepted."
            )
        time.sleep(0.05 if size <= 100_000 else 0.5)


def postmaster(house: House) -> int:
    """The process that all of PostgreSQL's descend from."""
    file = str(house.observer.value("SHOW data_directory")) + "/postmaster.pid"
    return int(str(house.observer.value("SELECT pg_read_file(%s)", file)).split()[0])
