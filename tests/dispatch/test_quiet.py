"""What is routine waits for the morning, for whoever wants to sleep; and nothing is lost by it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from notify.alerts.models import Area
from notify.alerts.vocabulary import Move, Urgency
from notify.channels.memory import MemoryChannel
from notify.dispatch import expand as expanding
from notify.dispatch.expand import expand
from notify.dispatch.leaving import end_place, leave_places
from notify.dispatch.models import Batch, Delivery, Dispatch, State
from notify.dispatch.progress import progress
from notify.dispatch.quiet import morning
from notify.dispatch.sweep import sweep
from notify.residents.managing import change_nights
from notify.residents.models import Subscriber
from tests import given
from tests.dispatch import world
from tests.dispatch.conftest import Bells

pytestmark = pytest.mark.django_db

Nights = Subscriber.Nights
HERE = ZoneInfo("Europe/Stockholm")
HOUR = timedelta(hours=1)
NIGHT = datetime(2026, 11, 25, 23, 30, tzinfo=HERE)
MORNING = datetime(2026, 11, 26, 7, tzinfo=HERE)


@pytest.fixture(autouse=True)
def quiet_hours(settings: Settings) -> None:
    """As they are where nobody sets them."""
    settings.QUIET_HOURS = (22, 7)


@pytest.fixture
def night() -> Iterator[time_machine.Traveller]:
    """Half past eleven in the evening, until it is told to be later."""
    with time_machine.travel(NIGHT, tick=False) as traveller:
        yield traveller


def sleeper(nights: Nights = Nights.PLANNED) -> Subscriber:
    [person] = world.crowd(1)
    change_nights(person, nights)
    return person


def work(**changes: Any) -> dict[str, Any]:
    """Routine planned work tomorrow at ten."""
    begins = timezone.now() + 11 * HOUR
    planned = {"urgency": Urgency.FUTURE, "onset": begins, "expires": begins + 3 * HOUR}
    return planned | {"severity": "Minor"} | changes


def due(dispatch: Dispatch) -> list[datetime]:
    """When each person's delivery is due, in the order of the people."""
    rows = dispatch.deliveries.exclude(subscriber=None).order_by("subscriber")
    return list(rows.values_list("due_at", flat=True))


# --- when it is night -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "ends"),
    [
        ("2026-11-25T21:59:59+01:00", None),
        ("2026-11-25T22:00:00+01:00", "2026-11-26T07:00:00+01:00"),
        ("2026-11-26T00:00:00+01:00", "2026-11-26T07:00:00+01:00"),
        ("2026-11-26T06:59:59+01:00", "2026-11-26T07:00:00+01:00"),
        ("2026-11-26T07:00:00+01:00", None),
        ("2026-12-31T23:00:00+01:00", "2027-01-01T07:00:00+01:00"),
        # The clock goes forward: this night is an hour shorter.
        ("2026-03-28T22:30:00+01:00", "2026-03-29T07:00:00+02:00"),
        ("2026-03-29T01:59:59+01:00", "2026-03-29T07:00:00+02:00"),
        ("2026-03-29T03:00:00+02:00", "2026-03-29T07:00:00+02:00"),
        # It goes back: an hour longer, and half past two comes twice.
        ("2026-10-24T22:30:00+02:00", "2026-10-25T07:00:00+01:00"),
        ("2026-10-25T02:30:00+02:00", "2026-10-25T07:00:00+01:00"),
        ("2026-10-25T02:30:00+01:00", "2026-10-25T07:00:00+01:00"),
    ],
)
def test_the_night_is_from_ten_to_seven_by_the_clock_on_the_wall(
    now: str, ends: str | None
) -> None:
    found = morning(datetime.fromisoformat(now))

    assert found == (ends and datetime.fromisoformat(ends))


def test_other_hours_may_be_set(settings: Settings) -> None:
    settings.QUIET_HOURS = (23, 5)

    assert morning(NIGHT) == MORNING.replace(hour=5)
    assert morning(NIGHT - HOUR) is None


def test_they_may_begin_after_midnight(settings: Settings) -> None:
    settings.QUIET_HOURS = (1, 6)

    assert morning(NIGHT) is None
    assert morning(NIGHT + 2 * HOUR) == MORNING.replace(hour=6)


@pytest.mark.parametrize("hour", range(24))
def test_there_may_be_none(settings: Settings, hour: int) -> None:
    settings.QUIET_HOURS = (7, 7)

    assert morning(NIGHT.replace(hour=hour)) is None


# --- who waits --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("nights", "urgency", "severity", "waits"),
    [
        (Nights.PLANNED, Urgency.FUTURE, "Minor", True),
        (Nights.PLANNED, Urgency.FUTURE, "Moderate", True),
        (Nights.PLANNED, Urgency.FUTURE, "Severe", False),
        (Nights.PLANNED, Urgency.IMMEDIATE, "Moderate", False),
        (Nights.ROUTINE, Urgency.FUTURE, "Minor", True),
        (Nights.ROUTINE, Urgency.IMMEDIATE, "Moderate", True),
        (Nights.ROUTINE, Urgency.IMMEDIATE, "Severe", False),
        (Nights.ROUTINE, Urgency.IMMEDIATE, "Extreme", False),
        (Nights.NOTHING, Urgency.FUTURE, "Minor", False),
        (Nights.NOTHING, Urgency.IMMEDIATE, "Minor", False),
    ],
)
@pytest.mark.usefixtures("night")
def test_what_waits_is_what_they_chose_and_never_what_is_serious(
    nights: Nights, urgency: str, severity: str, waits: bool
) -> None:
    sleeper(nights)

    dispatch = world.expanded(**work(urgency=urgency, severity=severity))

    assert due(dispatch) == [MORNING if waits else NIGHT]


@pytest.mark.usefixtures("night")
def test_whoever_has_chosen_nothing_is_not_woken_by_planned_work() -> None:
    given.subscriber()

    assert due(world.expanded(**work())) == [MORNING]


def test_by_day_nothing_waits() -> None:
    with time_machine.travel(NIGHT - 8 * HOUR, tick=False):
        sleeper(Nights.ROUTINE)

        assert due(world.expanded(**work())) == [NIGHT - 8 * HOUR]


@pytest.mark.usefixtures("night")
def test_what_would_be_past_in_the_morning_does_not_wait_to_be_lost() -> None:
    sleeper(Nights.ROUTINE)

    short = world.expanded(**work(onset=NIGHT + HOUR, expires=MORNING))
    longer = world.expanded(**work(onset=NIGHT + HOUR, expires=MORNING + HOUR))

    assert (due(short), due(longer)) == ([NIGHT], [MORNING])


@pytest.mark.parametrize("move", [Move.RESOLVE, Move.CANCEL])
def test_the_end_of_what_woke_somebody_does_not_wait_though_it_is_less_serious_by_now(
    night: time_machine.Traveller, move: Move
) -> None:
    sleeper(Nights.ROUTINE)
    woke = world.alert_of(world.fan_out(severity="Severe", expires=NIGHT + 20 * HOUR))
    night.shift(HOUR / 4)
    better = world.fan_out(
        Move.UPDATE, woke, severity="Minor", onset=NIGHT, expires=NIGHT + 21 * HOUR
    )
    assert due(better) == [MORNING]

    # The update is withdrawn unsent; whom the first words woke hears the end at once.
    end = world.expanded(move, woke, severity="Minor", onset=NIGHT, expires=NIGHT + 21 * HOUR)

    assert due(end) == [timezone.now()]


def test_the_end_of_what_was_routine_by_day_waits_too() -> None:
    with time_machine.travel(NIGHT - 8 * HOUR, tick=False) as clock:
        sleeper(Nights.ROUTINE)
        routine = world.alert_of(world.fan_out(severity="Minor", expires=NIGHT + 20 * HOUR))
        clock.move_to(NIGHT)

        assert due(world.expanded(Move.RESOLVE, routine)) == [MORNING]


def test_who_was_told_by_day_is_told_in_the_morning_that_it_was_over_at_night(
    night: time_machine.Traveller, memory: MemoryChannel
) -> None:
    night.move_to(NIGHT - 8 * HOUR)
    people = [sleeper(Nights.ROUTINE), sleeper(Nights.PLANNED)]
    # It was expected to end before the morning: what says so would be past by then, the all-clear is not.
    routine = world.alert_of(world.fan_out(severity="Minor", expires=NIGHT + HOUR))
    night.move_to(NIGHT)
    end = world.fan_out(Move.RESOLVE, routine)
    assert [one.address for _notice, one in memory.sent[2:]] == [people[1].phone]

    night.move_to(MORNING)
    world.work()

    assert [one.address for _notice, one in memory.sent[3:]] == [people[0].phone]
    assert world.states(end) == [State.SENT, State.SENT]


def test_what_is_past_before_the_morning_after_all_is_never_sent(
    night: time_machine.Traveller, memory: MemoryChannel
) -> None:
    sleeper()
    dispatch = world.fan_out(**work(onset=NIGHT + HOUR, expires=MORNING + HOUR))

    night.move_to(MORNING + HOUR)
    sweep()
    world.work()

    assert not memory.sent
    assert world.states(dispatch) == [State.WITHDRAWN]
    assert world.only(dispatch).error == "expired"


# --- the morning ------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_who_sleeps_is_told_in_the_morning_and_who_does_not_at_once(
    night: time_machine.Traveller, memory: MemoryChannel, bells: Bells
) -> None:
    asleep, awake = sleeper(), sleeper(Nights.NOTHING)
    dispatch = world.fan_out(**work())
    assert [one.address for _notice, one in memory.sent] == [awake.phone]
    [batch] = dispatch.batches.all()
    assert (batch.due_at, batch.done_at) == (MORNING, None)

    night.move_to(MORNING - timedelta(seconds=1))
    bells.heard()
    sweep()
    assert "send_batch" not in bells.names()
    assert world.work() == 0

    night.move_to(MORNING + timedelta(seconds=4))
    sweep()
    assert "send_batch" in bells.names()
    world.work()

    assert [one.address for _notice, one in memory.sent] == [awake.phone, asleep.phone]
    assert set(world.states(dispatch)) == {State.SENT}
    assert Batch.objects.get().done_at is not None


def test_everybody_of_many_batches_is_told_in_the_morning(
    night: time_machine.Traveller, memory: MemoryChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expanding, "FIRST_SLICE", 2)
    people = [sleeper() for _ in range(5)]
    dispatch = world.fan_out(**work())
    assert not memory.sent

    night.move_to(MORNING)
    world.work()

    assert {one.address for _notice, one in memory.sent} == {one.phone for one in people}
    assert set(dispatch.batches.values_list("done_at", flat=True)) == {MORNING}


@pytest.mark.parametrize("move", [Move.UPDATE, Move.CANCEL])
def test_what_waits_is_withdrawn_by_newer_words(
    night: time_machine.Traveller, memory: MemoryChannel, move: Move
) -> None:
    sleeper()
    first = world.fan_out(**work())
    alert = world.alert_of(first)
    second = world.fan_out(
        move, alert, **({} if move == Move.CANCEL else work(expires=NIGHT + 30 * HOUR))
    )

    night.move_to(MORNING)
    world.work()

    assert world.states(first) == [State.WITHDRAWN]
    assert world.states(second) == ([] if move == Move.CANCEL else [State.SENT])


@pytest.mark.parametrize(
    "end",
    [
        lambda person, place: leave_places(person, [place], words="STOPP"),
        lambda person, place: end_place(person, place.code),
    ],
    ids=["by SMS", "on the web"],
)
def test_who_ends_the_place_at_night_is_not_told_of_it_in_the_morning(
    night: time_machine.Traveller,
    memory: MemoryChannel,
    end: Callable[[Subscriber, Area], object],
) -> None:
    city = given.city()
    [person] = world.crowd(1, areas=[city["Äspered"], city["Fristad"]])
    first, second = (world.fan_out(**work(areas=[city[name]])) for name in ("Äspered", "Fristad"))

    end(person, city["Äspered"])
    night.move_to(MORNING)
    world.work()

    assert world.states(first) == [State.WITHDRAWN]
    assert world.states(second) == [State.SENT]


def test_who_ends_a_place_on_the_web_at_night_hears_in_the_morning_that_what_they_know_of_is_over(
    night: time_machine.Traveller,
) -> None:
    city = given.city()
    [person] = world.crowd(1, areas=[city["Äspered"], city["Fristad"]])
    Subscriber.objects.update(nights=Nights.NOTHING)
    alert = world.alert_of(world.fan_out(**work()))
    Subscriber.objects.update(nights=Nights.ROUTINE)
    end = world.fan_out(Move.RESOLVE, alert)
    assert world.states(end) == [State.QUEUED]

    end_place(person, city["Äspered"].code)
    night.move_to(MORNING)
    world.work()

    assert world.states(end) == [State.SENT]


def test_who_leaves_or_pauses_at_night_is_not_told_in_the_morning(
    night: time_machine.Traveller, memory: MemoryChannel
) -> None:
    gone, paused = sleeper(), sleeper()
    world.fan_out(**work())
    world.leave(gone)
    world.pause(paused, days=2)

    night.move_to(MORNING)
    world.work()

    assert not memory.sent
    reasons = Delivery.objects.order_by("pk").values_list("error", flat=True)
    assert list(reasons) == ["opted_out", "paused"]


def test_whose_expansion_crashed_and_goes_on_in_the_morning_waits_no_longer(
    night: time_machine.Traveller,
) -> None:
    sleeper()
    dispatch = world.say(**work())
    night.move_to(MORNING)
    expand(dispatch.pk)

    assert due(dispatch) == [MORNING]


# --- who watches, and what it costs -----------------------------------------------------------


def test_who_waits_for_the_morning_is_counted_apart_and_promises_no_pace(
    night: time_machine.Traveller,
) -> None:
    sleeper(), sleeper(), sleeper(Nights.NOTHING)
    dispatch = world.fan_out(**work())

    [one] = progress(dispatch)
    assert (one.resting, one.counts[State.QUEUED], one.counts[State.SENT]) == (2, 2, 1)
    assert (one.finished, one.seconds_left) == (False, None)

    night.move_to(MORNING)
    [one] = progress(dispatch)
    assert one.resting == 0


@pytest.mark.usefixtures("night")
def test_a_night_costs_no_more_statements_for_many_than_for_one(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    def expansion(size: int) -> Dispatch:
        world.crowd(size)
        return world.say(**work())

    one = expansion(1)
    with django_assert_num_queries(13) as cost:
        expand(one.pk)
    many = expansion(200)
    with django_assert_num_queries(len(cost)):
        expand(many.pk)
