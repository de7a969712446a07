"""Two fan-outs that want the same provider at the same time."""

from __future__ import annotations

import time

from tests.faults.conftest import BURST, dispatch_of
from tests.faults.house import House, configured
from tests.faults.promise import Person, assert_the_promise_holds
from tests.faults.scale import SCALE
from tests.stories.people import Editor
from tests.stories.places import DANNIKE, ÄSPERED

FIRST_SECONDS = 5.0
"""From the click on Publish to the first person told, on a machine that has much else to do."""


def test_an_urgent_alert_overtakes_a_routine_fan_out(
    house: House, subscribers: dict[str, list[Person]], editor: Editor
) -> None:
    pace = {"SMS_SEGMENTS_PER_SECOND": str(SCALE.segments_per_second)}
    workers = ("worker-urgent", "worker-urgent-2", "worker-routine")
    with configured(house, *workers, **pace):
        house.provider.set_faults(latency_ms=0, segments_per_second=SCALE.segments_per_second)
        draft = editor.drafts(DANNIKE, BURST)
        routine = dispatch_of(house, editor.tells(ÄSPERED, BURST, severity="Minor"))
        house.wait_for_accepted(routine, 1)

        urgent = dispatch_of(house, editor.publishes(draft))
        began = time.monotonic()
        house.wait_for_accepted(urgent, 1)
        assert time.monotonic() - began < FIRST_SECONDS
        house.wait_for_accepted(urgent, len(subscribers[DANNIKE]))
        assert_it_overtook(house, urgent, routine)

        assert_the_promise_holds(house, urgent, subscribers[DANNIKE])
        assert_the_promise_holds(house, routine, subscribers[ÄSPERED])
    assert not house.provider.stats()["refusals"].get("20429"), "they went too fast together"


def assert_it_overtook(house: House, urgent: int, routine: int) -> None:
    """While the urgent ones left, few of the others did, and most of them still wait."""
    theirs, ours = house.theirs.accepted(), {one.key for one in house.ours.sms(urgent)}
    turns = [place for place, one in enumerate(theirs) if one.delivery in ours]
    between = turns[-1] - turns[0] + 1 - len(turns)
    assert between <= len(turns) / 3, f"{between} routine ones between {len(turns)} urgent ones"
    assert [one for one in house.ours.sms(routine) if one.state == "queued"]
