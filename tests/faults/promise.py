"""The promise: for every recipient one delivery that ends, and at most one message; nobody lost."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tests.faults.house import House
from tests.faults.ledgers import FINAL, Accepted, Delivery
from tests.faults.scale import SCALE

POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Person:
    """A resident who is to be told: a phone, and the subscriber's key."""

    phone: str
    key: int


def assert_the_promise_holds(
    house: House, dispatch: int, people: Iterable[Person]
) -> list[Delivery]:
    """Wait until every SMS of the dispatch is final, then compare both ledgers; returns ours."""
    people = list(people)
    ours = wait_until_final(house, dispatch)
    theirs = accepted_for(house, ours)
    assert_everybody_has_one_delivery(ours, people)
    assert_nobody_got_two_messages(theirs)
    assert_no_message_went_astray(ours, theirs, people)
    assert_both_ledgers_tell_the_same(ours, theirs)
    return ours


def wait_until_final(house: House, dispatch: int) -> list[Delivery]:
    """Every delivery by SMS, all in a final state, and no worker at it that could send one more."""
    deadline = time.monotonic() + SCALE.patience
    while True:
        expanded = house.ours.expanded(dispatch)
        ours = house.ours.sms(dispatch)
        final = expanded and all(one.state in FINAL for one in ours)
        if final and not house.ours.held(dispatch):
            return ours
        states = dict(Counter(one.state for one in ours))
        assert time.monotonic() < deadline, f"not final after {SCALE.patience} s: {states}"
        time.sleep(POLL_SECONDS)


def accepted_for(house: House, ours: Sequence[Delivery]) -> list[Accepted]:
    """What the provider took of these deliveries."""
    keys = {one.key for one in ours}
    return [one for one in house.theirs.accepted() if one.delivery in keys]


@contextlib.contextmanager
def keeping_answers_back(house: House, people: Iterable[Person]) -> Iterator[None]:
    """The provider accepts, and answers nobody; of every second one it never says anything again.

    So what is broken meanwhile can be mended only by its list.
    """
    silent = says_nothing_of_half(people)
    house.provider.set_faults(accept_then_hang=1, fates=silent)
    yield
    house.provider.set_faults(accept_then_hang=0, fates=dict.fromkeys(silent))


def says_nothing_of_half(people: Iterable[Person]) -> dict[str, str]:
    """Fates: the provider takes their messages and never speaks of every second one again.

    A callback would settle what was abandoned before anybody could send it blindly once more.
    """
    return {one.phone: "no_callback" for one in list(people)[::2]}


def assert_some_were_accepted_and_not_recorded(house: House, dispatch: int) -> None:
    """Somebody was told of whom our ledger only says that the request is under way."""
    marked = [one for one in house.ours.sms(dispatch) if one.state == "sending"]
    assert accepted_for(house, marked), "nothing was accepted and not recorded"


def assert_everybody_has_one_delivery(ours: Sequence[Delivery], people: Sequence[Person]) -> None:
    """Nobody is missing from the ledger, nobody is in it twice, and nobody else is."""
    has = Counter(one.subscriber for one in ours)
    assert has == Counter(person.key for person in people)


def assert_nobody_got_two_messages(theirs: Sequence[Accepted]) -> None:
    """At most one message per delivery, and per phone: whatever died, and whoever sent again."""
    for told in (Counter(one.delivery for one in theirs), Counter(one.to for one in theirs)):
        doubled = [one for one, count in told.items() if count > 1]
        assert not doubled, f"{len(doubled)} of {len(told)} were told more than once"


def assert_no_message_went_astray(
    ours: Sequence[Delivery], theirs: Sequence[Accepted], people: Sequence[Person]
) -> None:
    """Each message went to the phone of the person whose delivery it was."""
    phone = {person.key: person.phone for person in people}
    subscriber = {one.key: one.subscriber for one in ours}
    for message in theirs:
        assert phone[subscriber[message.delivery] or 0] == message.to


def assert_both_ledgers_tell_the_same(ours: Sequence[Delivery], theirs: Sequence[Accepted]) -> None:
    """Delivered means that the provider delivered that very message; withdrawn, that it has none."""
    accepted = {one.delivery: one for one in theirs}
    for delivery in ours:
        message = accepted.get(delivery.key)
        match delivery.state:
            case "delivered":
                assert message is not None, f"{delivery} was never accepted"
                assert (message.status, message.sid) == ("delivered", delivery.provider_id)
            case "withdrawn":
                assert message is None, f"{delivery} was sent as {message}"
            case _:
                assert message is None or message.status in {"failed", "undelivered"}, (
                    f"{delivery} arrived as {message}"
                )
