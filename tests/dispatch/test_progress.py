"""How a dispatch is getting on, for people who watch it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from pytest_django import Settings

from notify.channels.memory import MemoryChannel
from notify.dispatch.models import Delivery, Dispatch, State
from notify.dispatch.progress import REASONS, ChannelProgress, Failure, failures, progress, troubles
from tests.dispatch import world

pytestmark = pytest.mark.django_db


class Explaining(MemoryChannel):
    """Knows what its provider's codes mean."""

    def reason(self, error: str) -> str:
        return {"30005": "No such number."}.get(error, "Something unknown.")


def spread(*states: State) -> Dispatch:
    """A dispatch whose deliveries are in these states."""
    world.crowd(len(states))
    dispatch = world.expanded()
    for delivery, state in zip(dispatch.deliveries.order_by("pk"), states, strict=True):
        Delivery.objects.filter(pk=delivery.pk).update(state=state)
    return dispatch


def seen(dispatch: Dispatch) -> ChannelProgress:
    [one] = progress(dispatch)
    return one


def test_every_state_is_counted_also_when_nothing_is_in_it() -> None:
    one = seen(spread(State.QUEUED, State.SENT, State.SENT, State.DELIVERED))

    assert one.channel == "memory"
    assert set(one.counts) == set(State.values)
    assert (one.counts["queued"], one.counts["sent"], one.counts["delivered"]) == (1, 2, 1)
    assert one.counts["in_doubt"] == 0
    assert (one.total, one.handed_over) == (4, 3)
    assert not one.finished


def test_before_expansion_a_channel_stands_there_with_nothing_and_is_not_finished() -> None:
    one = seen(world.say())

    assert (one.total, one.finished) == (0, False)


def test_it_is_finished_when_every_delivery_is_final() -> None:
    assert seen(spread(State.DELIVERED, State.FAILED, State.WITHDRAWN)).finished


def test_it_is_finished_when_nobody_expects_to_hear_more_of_what_was_sent() -> None:
    dispatch = spread(State.DELIVERED, State.SENT)
    assert not seen(dispatch).finished

    Delivery.objects.filter(state=State.SENT).update(final_at=timezone.now(), error="no_receipt")

    assert (seen(dispatch).finished, seen(dispatch).unheard) == (True, 1)
    [silent] = failures(dispatch)
    assert (silent.state, silent.error, silent.count) == ("sent", "no_receipt", 1)


def test_it_is_finished_when_there_is_nobody_to_tell() -> None:
    assert seen(spread()).finished


@pytest.mark.parametrize("state", [State.QUEUED, State.SENDING, State.IN_DOUBT, State.SENT])
def test_it_is_not_finished_while_something_is_to_come(state: State) -> None:
    assert not seen(spread(State.DELIVERED, state)).finished


def test_a_channel_that_was_switched_off_since_is_still_shown(settings: Settings) -> None:
    dispatch = spread(State.DELIVERED)
    settings.NOTIFY_CHANNELS = []

    assert seen(dispatch).counts["delivered"] == 1


def test_failures_are_told_the_most_frequent_first_in_the_channels_words(
    settings: Settings,
) -> None:
    settings.NOTIFY_CHANNELS = [f"{__name__}.Explaining"]
    dispatch = spread(State.FAILED, State.FAILED, State.FAILED, State.WITHDRAWN, State.SENT)
    deliveries = list(dispatch.deliveries.order_by("pk"))
    for delivery, error in zip(
        deliveries, ["30005", "30005", "4711", "superseded", "30005"], strict=True
    ):
        Delivery.objects.filter(pk=delivery.pk).update(error=error)

    with translation.override("en"):
        found = [(one.error, one.reason, one.count, one.state) for one in failures(dispatch)]

    assert found == [
        ("30005", "No such number.", 2, "failed"),
        ("4711", "Something unknown.", 1, "failed"),
        ("superseded", "Newer information was published before it was sent.", 1, "withdrawn"),
    ]


def test_reasons_of_a_channel_that_is_gone_are_its_codes(settings: Settings) -> None:
    dispatch = spread(State.FAILED)
    Delivery.objects.update(error="30005")
    settings.NOTIFY_CHANNELS = []

    [failure] = failures(dispatch)

    assert failure.reason == "30005"


@pytest.mark.parametrize("error", REASONS)
def test_our_own_reasons_are_sentences_in_swedish(error: str) -> None:
    with translation.override("sv"):
        swedish = str(REASONS[error])
    with translation.override("en"):
        english = str(REASONS[error])

    assert swedish != english
    assert swedish.endswith(".")


@pytest.mark.parametrize("error", ["30005", "46elks-500", *REASONS])
def test_only_a_providers_code_is_shown_beside_the_sentence(error: str) -> None:
    failure = Failure("sms", State.FAILED, error, "…", 1)

    assert failure.code == ("" if error in REASONS else error)


def test_watching_costs_one_statement_whatever_there_is_to_see() -> None:
    dispatch = spread(State.QUEUED, State.FAILED)

    with CaptureQueriesContext(connection) as captured:
        progress(dispatch)
        failures(dispatch)

    assert len(captured) == 2


# --- the pace --------------------------------------------------------------------------------------


def paced(waiting: int, gone: int, *, ago: timedelta, sent_ago: timedelta) -> ChannelProgress:
    """A dispatch published so long ago, of which ``gone`` left so long ago and the rest wait."""
    dispatch = spread(*[State.SENT] * gone, *[State.QUEUED] * waiting)
    now = timezone.now()
    Dispatch.objects.update(created_at=now - ago)
    Delivery.objects.filter(state=State.SENT).update(sent_at=now - sent_ago)
    dispatch.refresh_from_db()
    return seen(dispatch)


def test_the_pace_is_that_of_the_last_seconds(clock: time_machine.Traveller) -> None:
    one = paced(10, 40, ago=timedelta(hours=1), sent_ago=timedelta(seconds=5))
    assert (one.rate, one.seconds_left) == (2.0, 5.0)


def test_right_after_publishing_the_pace_is_since_then(clock: time_machine.Traveller) -> None:
    one = paced(10, 40, ago=timedelta(seconds=4), sent_ago=timedelta(seconds=1))
    assert (one.rate, one.seconds_left) == (10.0, 1.0)


def test_when_nothing_moved_lately_no_time_is_promised(clock: time_machine.Traveller) -> None:
    one = paced(10, 40, ago=timedelta(hours=1), sent_ago=timedelta(minutes=5))
    assert (one.rate, one.seconds_left) == (0.0, None)


def test_while_recipients_are_gathered_no_time_is_promised(clock: time_machine.Traveller) -> None:
    one = paced(1, 4, ago=timedelta(seconds=9), sent_ago=timedelta(seconds=1))
    assert replace(one, expanded=False).seconds_left is None


def test_who_carried_it_is_told_the_busiest_first() -> None:
    dispatch = spread(State.SENT, State.DELIVERED, State.FAILED, State.QUEUED)
    for delivery, provider in zip(
        dispatch.deliveries.order_by("pk"), ["a", "b", "b", ""], strict=True
    ):
        Delivery.objects.filter(pk=delivery.pk).update(provider=provider)
    assert list(seen(dispatch).carried.items()) == [("b", 2), ("a", 1)]


def test_troubles_also_explain_doubts_and_waits() -> None:
    dispatch = spread(State.IN_DOUBT, State.QUEUED, State.QUEUED, State.FAILED)
    _doubt, waits, _fresh, failed = dispatch.deliveries.order_by("pk")
    Delivery.objects.filter(pk__in=[waits.pk, failed.pk]).update(error="gave_up")
    with translation.override("en"):
        found = {(one.state, one.reason) for one in troubles(dispatch)}
    assert found == {
        ("in_doubt", "A worker stopped while it was being sent."),
        ("queued", "The provider could not take it for 24 hours."),
        ("failed", "The provider could not take it for 24 hours."),
    }
