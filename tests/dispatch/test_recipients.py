"""Who is told, and who is not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, example
from hypothesis import given as whatever
from hypothesis import settings as tried
from hypothesis import strategies as some

from notify.alerts.models import Area, Service
from notify.alerts.vocabulary import Move, Severity
from notify.channels.base import Outcome
from notify.channels.memory import MemoryChannel
from notify.dispatch.concerning import paths_of
from notify.dispatch.expand import expand
from notify.dispatch.leaving import leave_places
from notify.dispatch.models import Delivery, Dispatch, State
from notify.dispatch.recipients import audience, stretch
from notify.residents import managing
from notify.residents.by_sms import come_back
from notify.residents.models import SignUp, Subscriber, Subscription
from notify.residents.moving import move_number
from notify.residents.services import Wish, replace_subscriptions, request_sign_up
from tests import given
from tests.dispatch import world

pytestmark = pytest.mark.django_db

NO_DELIVERY: list[int] = []


def told(dispatch: Dispatch) -> list[int]:
    return world.addressed(dispatch)


def test_somebody_in_the_place_is_told_and_somebody_beside_it_is_not() -> None:
    city = given.city()
    [here] = world.crowd(1, areas=[city["Äspered"]])
    world.crowd(1, areas=[city["Fristad"]])

    assert told(world.expanded(areas=[city["Äspered"]])) == [here.pk]


def test_an_alert_for_the_municipality_reaches_whoever_follows_a_part_of_it() -> None:
    city = given.city()
    people = world.crowd(1, areas=[city["Äspered"]]) + world.crowd(1, areas=[city["Fristad"]])

    assert told(world.expanded(areas=[city["Borås"]])) == world.keys(people)


def test_an_alert_for_a_part_reaches_whoever_follows_the_municipality() -> None:
    city = given.city()
    people = world.crowd(2, areas=[city["Borås"]])

    assert told(world.expanded(areas=[city["Äspered"]])) == world.keys(people)


def test_a_place_whose_code_only_begins_alike_is_another_place() -> None:
    given.city()
    longer = Area.objects.create(code="14901", name="Borås Norra", kind="municipality")
    world.crowd(1, areas=[longer])

    assert told(world.expanded(areas=[given.city()["Borås"]])) == NO_DELIVERY


def test_only_who_asked_for_the_service_or_for_every_one_is_told() -> None:
    water, power = given.service("water"), given.service("power")
    people = world.crowd(1, services=[water]) + world.crowd(1, services=[None])
    world.crowd(1, services=[power])

    assert told(world.expanded(service=water)) == world.keys(people)


@pytest.mark.parametrize("severity", Severity)
def test_who_wants_only_what_is_serious_is_told_of_nothing_else(severity: Severity) -> None:
    [everything] = world.crowd(1)
    [serious] = world.crowd(1, serious_only=True)
    people = {everything, serious} if severity in ("Severe", "Extreme") else {everything}

    assert told(world.expanded(severity=severity)) == world.keys(people)


def test_each_place_and_service_has_its_own_measure_of_what_is_serious() -> None:
    city, water, power = given.city(), given.service("water"), given.service("power")
    person = given.subscriber(areas=[city["Äspered"]], services=[water])
    given.subscriber(areas=[city["Fristad"]], services=[power], serious_only=True)

    def minor(place: str, service: Service) -> list[int]:
        return told(world.expanded(areas=[city[place]], service=service, severity="Minor"))

    assert minor("Äspered", water) == [person.pk]
    assert minor("Fristad", power) == NO_DELIVERY
    severe = world.expanded(areas=[city["Fristad"]], service=power, severity="Severe")
    assert told(severe) == [person.pk]


def test_who_was_told_of_something_serious_hears_that_it_is_less_so_and_that_it_is_over() -> None:
    [person] = world.crowd(1, serious_only=True)
    alert = world.alert_of(world.fan_out(severity="Severe"))

    assert told(world.fan_out(Move.UPDATE, alert, severity="Minor")) == [person.pk]
    assert told(world.expanded(Move.RESOLVE, alert)) == [person.pk]


def test_one_person_with_many_matching_subscriptions_is_told_once() -> None:
    city = given.city()
    services = [given.service("water"), given.service("power"), None]
    [person] = world.crowd(1, areas=list(city.values()), services=services)

    assert told(world.expanded(areas=list(city.values()))) == [person.pk]


def test_who_left_or_ended_the_subscription_is_not_told() -> None:
    [gone, ended] = world.crowd(2)
    world.leave(gone)
    ended.subscriptions.update(ended_at=timezone.now() - timedelta(minutes=1))

    assert told(world.expanded()) == NO_DELIVERY


def test_who_subscribed_after_publication_is_not_told() -> None:
    dispatch = world.say()
    world.crowd(1)
    expand(dispatch.pk)

    assert told(dispatch) == NO_DELIVERY


def test_who_renews_the_choice_between_publication_and_expansion_is_still_told() -> None:
    person = given.subscriber()
    dispatch = world.say()
    given.subscriber()  # the same number again: the old subscription is replaced
    assert Subscription.objects.filter(subscriber=person).count() == 2
    expand(dispatch.pk)

    assert told(dispatch) == [person.pk]


def test_an_update_goes_to_those_told_before_and_to_new_matches() -> None:
    city = given.city()
    before = world.crowd(2, areas=[city["Äspered"]])
    first = world.fan_out(areas=[city["Äspered"]])
    after = world.crowd(1, areas=[city["Fristad"]])

    # The place moves: those told about the old one must hear of it.
    update = world.expanded(Move.UPDATE, world.alert_of(first), areas=[city["Fristad"]])

    assert told(update) == world.keys([*before, *after])


@pytest.mark.parametrize("move", [Move.RESOLVE, Move.CANCEL])
def test_a_cancel_goes_to_exactly_those_told_before_an_all_clear_to_who_asked_since_too(
    move: Move,
) -> None:
    city = given.city()
    people = world.crowd(3)
    world.crowd(1, areas=[city["Fristad"]])
    first = world.fan_out()
    since = world.crowd(2)
    world.crowd(1, areas=[city["Fristad"]])
    world.crowd(1, services=[given.service("power")])
    [left] = world.crowd(1)
    world.leave(left)

    told_it = told(world.expanded(move, world.alert_of(first)))
    assert told_it == world.keys([*people, *(since if move == Move.RESOLVE else [])])


def test_who_asked_since_for_what_is_serious_alone_hears_of_the_end_of_that_alone() -> None:
    mild, grave = world.fan_out(severity="Minor"), world.fan_out(severity="Severe")
    [person] = world.crowd(1, serious_only=True)

    assert told(world.expanded(Move.RESOLVE, world.alert_of(mild))) == NO_DELIVERY
    assert told(world.expanded(Move.RESOLVE, world.alert_of(grave))) == [person.pk]


def test_many_who_asked_since_are_found_stretch_by_stretch() -> None:
    before = world.crowd(7)
    first = world.fan_out()
    since = world.crowd(9)
    end = world.say(Move.RESOLVE, world.alert_of(first))

    found: list[int] = []
    after: int | None = 0
    while after is not None:
        one = stretch(end, after, most=3, slice_size=2)
        found += one.keys
        after = one.through

    assert found == world.keys([*before, *since])


@pytest.mark.parametrize("move", [Move.RESOLVE, Move.CANCEL])
def test_who_was_told_by_an_earlier_update_only_hears_of_the_end(move: Move) -> None:
    city = given.city()
    early = world.crowd(1, areas=[city["Äspered"]])
    first = world.fan_out(areas=[city["Äspered"]])
    late = world.crowd(1, areas=[city["Fristad"]])
    alert = world.alert_of(first)
    second = world.expanded(Move.UPDATE, alert, areas=[city["Fristad"]])
    second.deliveries.filter(subscriber=early[0]).update(state=State.FAILED)
    world.work()

    assert told(world.expanded(move, alert)) == world.keys([*early, *late])


@pytest.mark.parametrize("state", [State.QUEUED, State.WITHDRAWN, State.FAILED])
def test_who_was_never_told_hears_of_no_end(state: State) -> None:
    world.crowd(1)
    first = world.expanded()
    first.deliveries.update(state=state)

    assert told(world.expanded(Move.RESOLVE, world.alert_of(first))) == NO_DELIVERY


@pytest.mark.parametrize("state", [State.SENDING, State.IN_DOUBT, State.SENT, State.DELIVERED])
def test_who_may_have_been_told_hears_of_the_end(state: State) -> None:
    [person] = world.crowd(1)
    first = world.expanded()
    first.deliveries.update(state=state)

    assert told(world.expanded(Move.RESOLVE, world.alert_of(first))) == [person.pk]


def test_who_ended_the_subscription_after_being_told_hears_of_the_end() -> None:
    [person] = world.crowd(1)
    first = world.fan_out()
    person.subscriptions.update(ended_at=timezone.now())

    assert told(world.expanded(Move.RESOLVE, world.alert_of(first))) == [person.pk]


def test_who_left_after_being_told_hears_nothing_more() -> None:
    [person] = world.crowd(1)
    first = world.fan_out()
    world.leave(person)

    assert told(world.expanded(Move.RESOLVE, world.alert_of(first))) == NO_DELIVERY


def test_who_has_paused_is_not_told_and_is_again_by_itself(
    clock: time_machine.Traveller,
) -> None:
    [person] = world.crowd(1)
    world.pause(person, hours=8)
    assert told(world.expanded(severity="Extreme")) == NO_DELIVERY

    clock.shift(timedelta(hours=8))

    assert told(world.expanded()) == [person.pk]


def test_who_paused_after_being_told_hears_no_update_but_hears_that_it_is_over() -> None:
    [person] = world.crowd(1)
    alert = world.alert_of(world.fan_out())
    world.pause(person, hours=8)

    assert told(world.fan_out(Move.UPDATE, alert)) == NO_DELIVERY
    end = world.fan_out(Move.RESOLVE, alert)
    assert world.states(end) == [State.SENT]


def test_whose_pause_ends_between_publication_and_expansion_had_paused_when_it_was_said(
    clock: time_machine.Traveller,
) -> None:
    [person] = world.crowd(1)
    world.pause(person, minutes=1)
    dispatch = world.say()
    clock.shift(timedelta(minutes=2))
    expand(dispatch.pk)

    assert told(dispatch) == NO_DELIVERY


def test_a_batch_of_people_who_have_all_paused_is_done_with() -> None:
    for person in world.crowd(3):
        world.pause(person, hours=8)

    dispatch = world.fan_out()

    assert [batch.done_at is not None for batch in dispatch.batches.all()] == [True]


def test_what_was_told_to_the_old_number_is_told_to_be_over_to_the_new_one(
    memory: MemoryChannel,
) -> None:
    person = given.subscriber("+46701740605")
    alert = world.alert_of(world.fan_out())
    move = SignUp.Purpose.MOVE
    new = ("+46701740606", Wish([], [], "sv"))
    sign_up, code = request_sign_up(*new, client="192.0.2.1", purpose=move, moves=person)
    move_number(sign_up.key, code)

    world.fan_out(Move.RESOLVE, alert)

    assert [one.address for _notice, one in memory.sent] == ["+46701740605", "+46701740606"]


def test_being_told_of_one_alert_is_not_being_told_of_another(memory: MemoryChannel) -> None:
    [person] = world.crowd(1)
    memory.fates[person.phone] = Outcome.FAILED
    missed = world.fan_out()
    memory.fates.clear()
    world.fan_out()

    assert told(world.expanded(Move.RESOLVE, world.alert_of(missed))) == NO_DELIVERY


def test_before_anything_is_published_nobody_was_told() -> None:
    world.crowd(2)
    world.fan_out()
    nobody = audience(
        alert=None,
        service=given.service("power"),
        paths=[],
        serious=True,
        ends=False,
        cancelled=False,
        asked_before=timezone.now(),
    )

    assert not nobody.exists()
    assert Delivery.objects.count() == Subscriber.objects.count() == 2


def stop(person: Subscriber) -> None:
    leave_places(person, [given.city()["Äspered"]], words="STOPP Äspered")


def renew(person: Subscriber) -> None:
    wish = Wish([given.city()["Äspered"]], [given.service("power")], "sv", serious_only=True)
    replace_subscriptions(person, wish)


ACTS: dict[str, Callable[[Subscriber], object]] = {
    "stays": lambda person: None,
    "stops": stop,
    "comes back": lambda person: come_back(person, words="START"),
    "pauses": lambda person: world.pause(person, hours=8),
    "resumes": managing.resume,
    "renews": renew,
    "ends a place": lambda person: managing.end_place(person, "1490TB121"),
    "leaves": world.leave,
}
PLACES = some.lists(some.sampled_from(["Borås", "Äspered", "Fristad"]), min_size=1, unique=True)
SERVICES = some.sampled_from(["water", "power"])


@whatever(
    people=some.lists(some.tuples(PLACES, some.booleans()), min_size=1, max_size=4),
    said=some.lists(
        some.tuples(PLACES, SERVICES, some.sampled_from(["Severe", "Minor"])),
        min_size=2,
        max_size=3,
    ),
    ends=some.booleans(),
    acts=some.lists(some.lists(some.sampled_from(sorted(ACTS)), max_size=4), max_size=8),
)
@tried(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(
    people=[(["Äspered", "Fristad"], True)],
    said=[(["Äspered"], "water", "Severe"), (["Fristad"], "water", "Minor")],
    ends=False,
    acts=[[], [], ["stops"]],
)
def test_who_is_counted_is_who_is_told_whatever_people_do_meanwhile(
    *,
    people: list[tuple[list[str], bool]],
    said: list[tuple[list[str], str, str]],
    ends: bool,
    acts: list[list[str]],
) -> None:
    with transaction.atomic():
        city = given.city()
        crowd = [
            world.crowd(1, areas=[city[name] for name in names], serious_only=serious)[0]
            for names, serious in people
        ]
        moves = [Move.PUBLISH, *[Move.UPDATE] * (len(said) - 1)]
        words: list[dict[str, Any]] = [
            {
                "areas": [city[name] for name in names],
                "service": given.service(service),
                "severity": severity,
            }
            for names, service, severity in said
        ]
        if ends:
            moves, words = [*moves, Move.RESOLVE], [*words, words[-1]]
        alert = None
        doing = iter(acts)
        for move, changes in zip(moves, words, strict=True):
            act(crowd, next(doing, []))
            dispatch = world.say(move, alert, **changes)
            alert = world.alert_of(dispatch)
            act(crowd, next(doing, []))
            counted = audience_of(dispatch)
            expand(dispatch.pk)

            assert told(dispatch) == counted
            world.work()
        transaction.set_rollback(True)


def act(crowd: list[Subscriber], acts: list[str]) -> None:
    for person, name in zip(crowd, acts, strict=False):
        person.refresh_from_db()
        ACTS[name](person)


def audience_of(dispatch: Dispatch) -> list[int]:
    update = dispatch.update
    people = audience(
        alert=update.alert_id,
        service=update.service,
        paths=paths_of(update),
        serious=update.urgent,
        ends=update.ends_alert,
        cancelled=update.ends_alert and not update.all_clear,
        asked_before=dispatch.created_at,
    )
    return world.keys(people)
