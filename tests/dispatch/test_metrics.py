"""What Prometheus is told of the ledger."""

from __future__ import annotations

import socket
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings
from redis import Redis

from config.broker import key
from notify.channels import tally
from notify.channels.sms.errors import TOO_FAST
from notify.dispatch import inbox
from notify.dispatch.lease import LEASE
from notify.dispatch.metrics import registry
from notify.dispatch.models import Batch, Delivery, Dispatch, State
from notify.dispatch.scheduled import announce_later
from notify.residents.limits import TooManyCodes, put_down
from notify.residents.models import Refusal
from tests import given
from tests.dispatch import world

pytestmark = pytest.mark.django_db


def scraped() -> dict[str, float]:
    """Each sample that Prometheus would read, by its name and its labels."""
    families = text_string_to_metric_families(generate_latest(registry()).decode())
    return {
        sample.name
        + "".join(f" {key}={value}" for key, value in sorted(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def test_every_state_of_every_channel_is_counted() -> None:
    world.crowd(3)
    dispatch = world.expanded()
    first = dispatch.deliveries.earliest("pk")
    Delivery.objects.filter(pk=first.pk).update(state=State.DELIVERED)
    found = scraped()
    assert found["notify_deliveries channel=memory state=delivered"] == 1
    assert found["notify_deliveries channel=memory state=queued"] == 2
    assert found["notify_deliveries channel=memory state=in_doubt"] == 0


def test_what_is_older_than_a_day_is_not_counted(clock: time_machine.Traveller) -> None:
    world.crowd(1)
    world.fan_out()
    clock.shift(timedelta(hours=25))
    assert not [name for name in scraped() if name.startswith("notify_deliveries ")]


def test_the_time_to_acceptance_is_a_histogram(clock: time_machine.Traveller) -> None:
    world.crowd(4)
    dispatch = world.expanded()
    for delivery, seconds in zip(
        dispatch.deliveries.order_by("pk"), (0.5, 4, 4, 9000), strict=True
    ):
        sent_at = dispatch.created_at + timedelta(seconds=seconds)
        Delivery.objects.filter(pk=delivery.pk).update(state=State.SENT, sent_at=sent_at)
    found = scraped()
    labels = " channel=memory le={} queue=urgent"
    buckets = [
        found["notify_acceptance_seconds_bucket" + labels.format(le)]
        for le in ("1.0", "2.0", "5.0", "3600.0", "+Inf")
    ]
    assert buckets == [1, 1, 3, 3, 4]
    assert found["notify_acceptance_seconds_gcount channel=memory queue=urgent"] == 4
    assert found["notify_acceptance_seconds_gsum channel=memory queue=urgent"] == pytest.approx(
        9008.5
    )


def test_doubts_are_counted_however_old_they_are(clock: time_machine.Traveller) -> None:
    world.crowd(1)
    world.expanded()
    Delivery.objects.update(state=State.IN_DOUBT, sending_at=timezone.now())
    clock.shift(timedelta(hours=30))
    found = scraped()
    assert found["notify_deliveries_in_doubt channel=memory"] == 1
    assert found["notify_in_doubt_age_seconds channel=memory"] == 30 * 3600


def test_what_stays_sent_without_a_word_is_counted(clock: time_machine.Traveller) -> None:
    world.crowd(1)
    world.fan_out()
    assert scraped()["notify_deliveries_unheard channel=memory"] == 0
    clock.shift(timedelta(hours=2))
    assert scraped()["notify_deliveries_unheard channel=memory"] == 1


@pytest.mark.parametrize("error", sorted(TOO_FAST))
def test_what_a_provider_slows_down_is_counted(error: str) -> None:
    world.crowd(1)
    world.expanded()
    Delivery.objects.update(error=error)
    assert scraped()["notify_deliveries_throttled channel=memory"] == 1


def test_due_batches_and_the_age_of_leases_are_told(clock: time_machine.Traveller) -> None:
    world.crowd(1)
    world.expanded()
    clock.shift(timedelta(seconds=30))
    found = scraped()
    assert found["notify_batches_due queue=urgent"] == 1
    assert found["notify_batch_wait_seconds queue=urgent"] == 30
    assert found["notify_batches_due queue=routine"] == 0

    Batch.objects.update(leased_by="a", leased_until=timezone.now() + LEASE)
    clock.shift(timedelta(seconds=20))
    found = scraped()
    assert found["notify_batches_leased queue=urgent"] == 1
    assert found["notify_batches_due queue=urgent"] == 0
    assert found["notify_lease_age_seconds queue=urgent"] == 20


def test_a_lease_that_nobody_renews_grows_old(clock: time_machine.Traveller) -> None:
    world.crowd(1)
    world.expanded()
    Batch.objects.update(leased_by="dead", leased_until=timezone.now() + LEASE)
    clock.shift(timedelta(minutes=5))
    assert scraped()["notify_lease_age_seconds queue=urgent"] == 300


def test_a_dispatch_that_nobody_expands_is_seen(clock: time_machine.Traveller) -> None:
    world.say()
    clock.shift(timedelta(seconds=40))
    found = scraped()
    assert found["notify_dispatches_unexpanded"] == 1
    assert found["notify_unexpanded_age_seconds"] == 40


def test_a_planned_publication_that_nobody_makes_is_seen(clock: time_machine.Traveller) -> None:
    at = timezone.now() + timedelta(hours=1)
    announce_later(given.draft(), at, version=1, key=uuid.uuid4(), by=given.editor())
    assert scraped()["notify_publications_due"] == 0
    clock.shift(timedelta(hours=1, seconds=90))
    found = scraped()
    assert (found["notify_publications_due"], found["notify_publication_late_seconds"]) == (1, 90)


def test_the_budget_for_codes_and_what_it_refused_are_told(settings: Settings) -> None:
    settings.CODE_LIMIT_PER_HOUR = 4
    given.subscriber("+46701740605")
    assert scraped()["notify_code_budget_used"] == 0.25
    given.subscriber("+46701740606")
    put_down(TooManyCodes(Refusal.Limit.RANGE, "digest"))
    found = scraped()
    assert found["notify_code_budget_used"] == 0.5
    assert found["notify_codes_refused limit=range"] == 1
    assert found["notify_codes_refused limit=budget"] == 0


def test_more_dispatches_cost_no_more_statements_and_no_more_series() -> None:
    world.crowd(2)
    world.fan_out()
    with CaptureQueriesContext(connection) as once:
        series = len(scraped())
    for _another in range(3):
        world.fan_out()
    with CaptureQueriesContext(connection) as often:
        assert len(scraped()) == series
    assert len(once) == len(often) == 9
    assert Dispatch.objects.count() == 4


def test_bells_that_nobody_hears_are_counted(redis: Redis, settings: Settings) -> None:
    redis.rpush(f"{settings.REDIS_KEY_PREFIX}routine", "a", "b")
    found = scraped()
    assert found["notify_redis_up"] == 1
    assert found["notify_bells queue=routine"] == 2
    assert found["notify_bells queue=urgent"] == 0


def test_callbacks_that_nobody_has_recorded_are_told_with_their_lag(redis: Redis) -> None:
    found = scraped()
    assert (found["notify_callbacks_waiting"], found["notify_callback_lag_seconds"]) == (0, 0)

    seconds, _micros = redis.time()
    for age in (90, 30):
        redis.xadd(key("callbacks"), {"receipt": "…"}, id=f"{(seconds - age) * 1000}-0")
    found = scraped()
    assert found["notify_callbacks_waiting"] == 2
    assert 90 <= found["notify_callback_lag_seconds"] < 120

    inbox.fold()
    found = scraped()
    assert (found["notify_callbacks_waiting"], found["notify_callback_lag_seconds"]) == (0, 0)


def test_refusals_and_unknown_statuses_are_counted(redis: Redis) -> None:
    for what, which in (
        (tally.TOO_FAST, "twilio"),
        (tally.TOO_FAST, "46elks"),
        (tally.TOO_FAST, "twilio"),
        (tally.UNKNOWN_STATUS, "teleported"),
    ):
        tally.add(what, which)
    found = scraped()
    assert found["notify_too_fast_total provider=twilio"] == 2
    assert found["notify_too_fast_total provider=46elks"] == 1
    assert found["notify_unknown_statuses_total status=teleported"] == 1


def test_a_redis_that_hangs_holds_the_scrape_up_only_briefly(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        before = timezone.now()
        found = scraped()
        assert found["notify_redis_up"] == 0
        assert timezone.now() - before < timedelta(seconds=5)
