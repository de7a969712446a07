"""People and words that change in mid-send, and recipients who cannot be reached."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.faults.conftest import Publish, dispatch_of
from tests.faults.house import House
from tests.faults.promise import Person, assert_the_promise_holds
from tests.faults.scale import SCALE
from tests.stories.browsing import at_once
from tests.stories.people import Editor, Words
from tests.stories.places import APLARED, FRISTAD

MISTAKEN = Words("Det var ett misstag", "It was a mistake")
REFUSED_BODY = 21617
"""Twilio: the body is longer than it takes. As it answers for one person's words only."""
NOT_A_NUMBER = 21211
"""Twilio: the To number is not a valid phone number."""


def test_half_of_the_audience_writes_stopp_in_mid_send(
    house: House, subscribers: dict[str, list[Person]], publish: Publish
) -> None:
    everybody = subscribers[FRISTAD]
    leavers = everybody[::-2]
    # Slow enough that those whose turn comes late are quicker than their message.
    house.provider.set_faults(latency_ms=SCALE.latency_ms * 10)
    _alert, dispatch = publish(FRISTAD)
    house.wait_for_accepted(dispatch, 1)
    left: dict[int, datetime] = {}

    def leave(some: list[Person]) -> None:
        for one in some:
            house.provider.reply(one.phone, "STOPP")
            left[one.key] = datetime.now(UTC)

    at_once(*(lambda some=leavers[hand::4]: leave(some) for hand in range(4)))
    house.provider.set_faults(latency_ms=0)
    ours = assert_the_promise_holds(house, dispatch, everybody)
    for one in ours:
        gone_at = left.get(one.subscriber or 0)
        assert not (gone_at and one.sending_at and one.sending_at > gone_at), (
            f"{one} was sent after the answer to STOPP"
        )
    spared = [one for one in ours if (one.state, one.error) == ("withdrawn", "opted_out")]
    assert spared, "nobody was quicker than their message"
    assert {one.subscriber for one in spared} <= set(left)


def test_a_cancel_in_mid_send_stops_what_is_unsent(
    house: House, crowd: list[Person], publish: Publish, editor: Editor
) -> None:
    house.provider.set_faults(latency_ms=SCALE.latency_ms * 6)
    alert, dispatch = publish()
    house.wait_for_accepted(dispatch, 1)
    alert = editor.cancels(alert, MISTAKEN)
    cancelled_at = datetime.now(UTC)
    house.provider.set_faults(latency_ms=0)

    ours = assert_the_promise_holds(house, dispatch, crowd)
    spared = {one.subscriber for one in ours if one.state == "withdrawn"}
    assert spared, "everybody was told before the cancel"
    assert not [one for one in ours if one.sending_at and one.sending_at > cancelled_at]
    # Everyone told is told that it is over, and nobody else.
    told = [one for one in crowd if one.key not in spared]
    ends = assert_the_promise_holds_next(house, dispatch_of(house, alert), told)
    assert ends == {"delivered"}


def test_a_newer_update_in_mid_send_takes_the_place_of_the_first(
    house: House, crowd: list[Person], publish: Publish, editor: Editor
) -> None:
    house.provider.set_faults(latency_ms=SCALE.latency_ms * 6)
    alert, dispatch = publish()
    house.wait_for_accepted(dispatch, 1)
    alert = editor.updates(alert, sv_headline="Vattnet är strax tillbaka")
    updated_at = datetime.now(UTC)
    house.provider.set_faults(latency_ms=0)

    ours = assert_the_promise_holds(house, dispatch, crowd)
    assert "withdrawn" in {one.state for one in ours}, "everybody had the first one already"
    assert not [one for one in ours if one.sending_at and one.sending_at > updated_at]
    ends = assert_the_promise_holds_next(house, dispatch_of(house, alert), crowd)
    assert ends == {"delivered"}


def assert_the_promise_holds_next(house: House, dispatch: int, people: list[Person]) -> set[str]:
    """The promise for the update that came after; returns the states it ended in."""
    return {one.state for one in assert_the_promise_holds(house, dispatch, people)}


def test_poisonous_recipients_fail_alone(
    house: House, subscribers: dict[str, list[Person]], publish: Publish
) -> None:
    everybody = subscribers[APLARED]
    bad_number, refused, unreadable = everybody[3], everybody[17], everybody[29]
    house.provider.set_faults(fates={bad_number.phone: NOT_A_NUMBER, refused.phone: REFUSED_BODY})
    [[cipher]] = house.ours.rows(
        "SELECT phone_cipher FROM residents_subscriber WHERE id = %s", unreadable.key
    )
    spoil = "UPDATE residents_subscriber SET phone_cipher = %s WHERE id = %s"
    house.ours.change(spoil, cipher[:-8] + "AAAAAAA=", unreadable.key)

    _alert, dispatch = publish(APLARED)
    ours = assert_the_promise_holds(house, dispatch, everybody)
    failed = {one.subscriber: one.error for one in ours if one.state == "failed"}
    assert failed == {
        bad_number.key: str(NOT_A_NUMBER),
        refused.key: str(REFUSED_BODY),
        unreadable.key: "undecryptable",
    }
    assert len([one for one in ours if one.state == "delivered"]) == len(everybody) - len(failed)
