"""What is planned goes out by itself: not before its time, and once."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from notify.demo.stack import Stack
from tests.simulator_fixture import wait_until
from tests.stories.browsing import at_once
from tests.stories.outside import alert_page, banner_items, feed_entries, timeline
from tests.stories.people import Editor, Resident, Words
from tests.stories.places import KINNARUMMA
from tests.stories.systems import System

WORK = Words("Vattnet stängs av i Kinnarumma", "Water goes off in Kinnarumma")
SECONDS = timedelta(seconds=30)
"""A sweep comes every 5 seconds; the rest is for a machine that has much else to do."""


def test_a_draft_goes_out_by_itself_at_its_time_and_once(
    house: Stack, system: System, editor: Editor, resident: Callable[..., Resident]
) -> None:
    people = [resident(KINNARUMMA), resident(KINNARUMMA, language="en")]
    at_once(*(one.subscribes for one in people))
    draft = editor.drafts(KINNARUMMA, WORK)
    feed = f"sv/area/{KINNARUMMA}.rss"

    # Planned with a click beside the preview: the editor sees it, and nobody else.
    page = editor.plans(draft, hours=1)
    assert "Publiceras" in page.text
    assert "Ångra planerad publicering" in page.text
    assert alert_page(house, draft).status == 404
    assert feed_entries(house, draft, feed) == banner_items(house, draft, KINNARUMMA) == []

    # Another system, which may do the same, brings it forward.
    at = datetime.now(UTC) + timedelta(seconds=2)
    key = str(uuid.uuid4())

    def brings_it_forward() -> int:
        wanted = {"version": 2, "publish_at": at.isoformat()}
        path = f"alerts/{draft.code}/publish/"
        return system.posts(path, wanted, Idempotency_Key=key)[0]

    assert set(at_once(brings_it_forward, brings_it_forward)) <= {200, 202}
    wait_until(lambda: alert_page(house, draft).status == 200, "it to be published")
    alert = replace(draft, number=1)
    editor.sees_it_arrive(alert)
    assert [len(one.texts_about(alert)) for one in people] == [1, 1]
    for one in people:
        assert WORK.of(one) in one.texts_about(alert)[0]
    assert timeline(alert_page(house, alert)) == [WORK.sv]
    assert len(feed_entries(house, alert, feed)) == 1
    assert len(banner_items(house, alert, KINNARUMMA)) == 1

    # Asked once more, the system hears that it is out, and when it went.
    status, answer = system.posts(
        f"alerts/{draft.code}/publish/",
        {"version": 2, "publish_at": at.isoformat()},
        Idempotency_Key=key,
    )
    assert (status, answer["number"]) == (200, 1)
    late = datetime.fromisoformat(answer["alert"]["published_at"]) - at
    assert timedelta() <= late < SECONDS
