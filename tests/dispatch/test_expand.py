"""From a dispatch to its deliveries: once each, from wherever it was left."""

from __future__ import annotations

from typing import ClassVar

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from notify.alerts.vocabulary import Move
from notify.channels.base import AddressedBy
from notify.channels.memory import MemoryChannel
from notify.dispatch import expand as expanding
from notify.dispatch.expand import expand
from notify.dispatch.models import Batch, Delivery, Dispatch, State
from notify.residents.models import Subscriber
from tests import given
from tests.dispatch import world
from tests.dispatch.conftest import MEMORY, Bells


class Places(MemoryChannel):
    """Addressed by area."""

    name: ClassVar[str] = "places"
    addressed_by: ClassVar[AddressedBy] = AddressedBy.AREA


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of six and batches of two, so that a few people cross every border."""
    monkeypatch.setattr(expanding, "FIRST_CHUNK", 6)
    monkeypatch.setattr(expanding, "FIRST_SLICE", 2)
    monkeypatch.setattr(expanding, "CHUNK", 6)
    monkeypatch.setattr(expanding, "SLICE", 2)


@pytest.fixture
def both(settings: Settings) -> None:
    """One channel that people address, one that places do."""
    settings.NOTIFY_CHANNELS = [MEMORY, f"{__name__}.Places"]


@pytest.mark.django_db
@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("size", [0, 1, 2, 3, 5, 6, 7, 12, 13])
def test_each_person_has_one_delivery_and_one_place_in_a_batch(size: int) -> None:
    people = world.crowd(size)

    dispatch = world.expanded()

    assert world.addressed(dispatch) == world.keys(people)
    assert dispatch.expanded_at is not None
    sizes = [batch.deliveries.count() for batch in dispatch.batches.all()]
    assert sum(sizes) == size
    assert all(0 < one <= 2 for one in sizes)


@pytest.mark.django_db
def test_a_delivery_begins_queued_and_knows_its_reader() -> None:
    [person] = world.crowd(1, language="en")

    delivery = world.only(world.expanded())

    assert (delivery.channel, delivery.address) == ("memory", str(person.pk))
    assert (delivery.language, delivery.state, delivery.attempts) == ("en", State.QUEUED, 0)
    assert delivery.due_at >= delivery.batch.due_at
    assert delivery.sending_at is delivery.sent_at is delivery.final_at is None
    assert (delivery.provider, delivery.provider_id, delivery.error, delivery.units) == (
        "", "", "", 0,
    )  # fmt: skip


@pytest.mark.django_db
@pytest.mark.usefixtures("small")
def test_running_twice_makes_nothing_twice() -> None:
    people = world.crowd(7)
    dispatch = world.expanded()
    batches = Batch.objects.count()

    expand(dispatch.pk)

    assert world.addressed(dispatch) == world.keys(people)
    assert Batch.objects.count() == batches


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("at", [1, 2, 3])
def test_after_a_crash_in_the_middle_it_goes_on_where_it_stopped(
    monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    people = world.crowd(15)
    dispatch = world.say()
    insert, calls = expanding._insert, iter(range(1, 100))

    def dying(*arguments: object) -> None:
        if next(calls) == at:
            raise KeyboardInterrupt
        insert(*arguments)  # type: ignore[arg-type]

    with monkeypatch.context() as crash:
        crash.setattr(expanding, "_insert", dying)
        with pytest.raises(KeyboardInterrupt):
            expand(dispatch.pk)
    # Whole chunks were written, and nothing of the one that was begun.
    assert Delivery.objects.count() == (at - 1) * 6

    expand(dispatch.pk)

    assert world.addressed(dispatch) == world.keys(people)
    dispatch.refresh_from_db()
    assert dispatch.expanded_at is not None


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small", "both")
def test_two_workers_side_by_side_make_everything_once(bells: Bells) -> None:
    people = world.crowd(40)
    dispatch = world.say()
    bells.heard()

    world.at_once(*[lambda: expand(dispatch.pk)] * 3)
    expand(dispatch.pk)

    assert world.addressed(dispatch) == world.keys(people)
    assert bells.names() == ["send_batch"] * Batch.objects.count()
    places = dispatch.deliveries.filter(channel="places")
    assert [place.address for place in places] == ["1490TB121"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("small")
def test_a_bell_rings_for_each_batch_on_its_own_queue(bells: Bells) -> None:
    world.crowd(5)
    dispatch = world.say(severity="Minor")
    bells.heard()

    expand(dispatch.pk)

    assert bells.heard() == [("routine", "notify.dispatch.tasks.send_batch", ["routine"])] * 3
    assert set(Batch.objects.values_list("queue", flat=True)) == {"routine"}


@pytest.mark.django_db
@pytest.mark.usefixtures("both")
def test_a_channel_addressed_by_place_gets_one_batch_with_each_place() -> None:
    city = given.city()
    world.crowd(1)

    dispatch = world.expanded(areas=[city["Äspered"], city["Fristad"]])

    batch = dispatch.batches.get(channel="places")
    found = batch.deliveries.filter(subscriber=None).values_list("address", "language")
    assert sorted(found) == [("1490TB108", "sv"), ("1490TB121", "sv")]
    assert dispatch.deliveries.filter(channel="memory").count() == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("small")
def test_what_was_withdrawn_meanwhile_is_expanded_no_further(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world.crowd(20)
    dispatch = world.say()
    insert, calls = expanding._insert, iter(range(1, 100))

    def overtaken(*arguments: object) -> None:
        if next(calls) == 1:
            world.say(Move.UPDATE, world.alert_of(dispatch))
        insert(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(expanding, "_insert", overtaken)
    expand(dispatch.pk)

    dispatch.refresh_from_db()
    assert dispatch.deliveries.count() == 6
    assert dispatch.expanded_at is not None


@pytest.mark.django_db
def test_keys_beyond_32_bits_are_fine() -> None:
    person = Subscriber.objects.create(pk=2**40, phone_cipher="?", phone_index="?")
    person.subscriptions.create(area=given.city()["Äspered"])

    assert world.addressed(world.expanded()) == [2**40]


def statements(size: int) -> int:
    """How many SQL statements it takes to expand for so many more people."""
    world.crowd(size)
    dispatch = world.say()
    with CaptureQueriesContext(
        connection,
    ) as captured:
        expand(dispatch.pk)
    assert dispatch.deliveries.count() >= size
    return len(captured)


@pytest.mark.django_db
def test_a_batch_costs_the_same_statements_whatever_it_holds() -> None:
    # Each is one chunk of one batch; the last chunk finds itself not full, so it ends there.
    assert statements(1) == statements(100) == statements(300)


@pytest.mark.django_db
@pytest.mark.usefixtures("small")
def test_nobody_is_forgotten_when_the_chunk_ends_where_the_people_do() -> None:
    people = world.crowd(6)

    dispatch = world.expanded()

    assert world.addressed(dispatch) == world.keys(people)
    assert Dispatch.objects.filter(expanded_at=None).count() == 0


@pytest.mark.django_db
@pytest.mark.usefixtures("small", "both")
@pytest.mark.parametrize("move", [Move.UPDATE, Move.RESOLVE, Move.CANCEL])
def test_whoever_was_told_and_whoever_asks_now_are_walked_together_in_small_steps(
    move: Move,
) -> None:
    city = given.city()
    mixed = [person for _ in range(5) for person in (*world.crowd(3), *elsewhere(2))]
    first = world.fan_out()
    told = [person.pk for person in mixed if person.pk in world.addressed(first)]
    assert len(told) == 15
    late = [*world.crowd(4), *elsewhere(3)]
    given_up, gone = told[3], told[7]
    Subscriber.objects.filter(pk=gone).update(ended_at=first.created_at)
    first.deliveries.filter(subscriber=given_up).update(state=State.FAILED)
    Subscriber.objects.get(pk=given_up).subscriptions.all().delete()

    second = world.expanded(
        move, world.alert_of(first), **({"areas": [city["Äspered"]]} if move == Move.UPDATE else {})
    )

    expected = [key for key in told if key not in (given_up, gone)]
    if move != Move.CANCEL:
        expected += [person.pk for person in late[:4]]
    assert world.addressed(second) == expected
    assert all(0 < batch.deliveries.count() <= 2 for batch in second.batches.all())


def elsewhere(size: int) -> list[Subscriber]:
    """People who asked for another place."""
    return world.crowd(size, areas=[given.city()["Fristad"]])
