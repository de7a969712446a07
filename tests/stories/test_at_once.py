"""What is done twice, or by two, at the same moment."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from notify.demo.stack import Stack
from tests.stories.browsing import at_once
from tests.stories.outside import alert_page, timeline
from tests.stories.people import Alert, Editor, Resident, Words
from tests.stories.places import DALSJÖFORS, DANNIKE, HEDARED
from tests.stories.systems import System

OUTAGE = Words("Vattnet är borta i Dannike")


def test_a_system_that_repeats_its_request_tells_everybody_once(
    house: Stack, system: System, editor: Editor, resident: Callable[..., Resident]
) -> None:
    people = [resident(DALSJÖFORS), resident(DALSJÖFORS, language="en")]
    at_once(*(one.subscribes for one in people))
    draft = {
        "service": "water",
        "areas": [DALSJÖFORS],
        "severity": "Severe",
        "urgency": "Immediate",
        "words": {"sv": {"headline": "Vattnet är borta i Dalsjöfors"}},
    }
    status, made = system.posts("alerts/", draft)
    assert status == 201, made
    key = str(uuid.uuid4())

    def publishes() -> tuple[int, dict[str, Any]]:
        path = f"alerts/{made['code']}/publish/"
        return system.posts(path, {"version": made["version"]}, Idempotency_Key=key)

    answers = at_once(publishes, publishes, publishes)
    assert {status for status, _document in answers} <= {200, 201}, answers
    assert len({document["identifier"] for _status, document in answers}) == 1
    alert = Alert(made["code"], f"{house.web_url}/a/{made['code']}/", number=1)
    editor.sees_it_arrive(alert)
    assert [len(one.texts_about(alert)) for one in people] == [1, 1]
    assert system.counts(alert)["delivered"] >= 2


def test_a_double_click_publishes_once(
    house: Stack, editor: Editor, resident: Callable[..., Resident]
) -> None:
    people = [resident(DANNIKE), resident(DANNIKE)]
    at_once(*(one.subscribes for one in people))
    alert = editor.drafts(DANNIKE, OUTAGE)
    form = editor.publishing(alert)
    pages = at_once(*[lambda: editor.visitor.send(form)] * 3)
    assert [page.status for page in pages] == [200, 200, 200]
    alert = Alert(alert.code, alert.link, number=1)
    editor.sees_it_arrive(alert)
    assert [len(one.texts_about(alert)) for one in people] == [1, 1]
    assert timeline(alert_page(house, alert)) == [OUTAGE.sv]


def test_of_two_editors_the_second_is_told_and_loses_nothing(
    editor: Editor, colleague: Editor
) -> None:
    alert = editor.drafts(HEDARED, Words("Vattenavbrott i Hedared"))
    address = f"/console/alerts/{alert.code}/edit/"
    for one in (editor, colleague):
        one.visitor.open(address)
    first = editor.visitor.submit("version", sv_headline="Vattnet är brunt i Hedared", then="save")
    assert first.status == 200
    second = colleague.visitor.submit("version", sv_headline="Koka vattnet i Hedared", then="save")
    assert second.status == 409
    assert "Någon annan ändrade meddelandet" in second.text
    assert "Vattnet är brunt i Hedared" in second.text
    assert second.form("version").value("sv_headline") == "Koka vattnet i Hedared"

    # Nothing was overwritten; having seen both, the second may go on.
    assert "Vattnet är brunt i Hedared" in editor.visitor.open(address).html
    saved = colleague.visitor.submit("version", then="save")
    assert saved.status == 200
    assert "Koka vattnet i Hedared" in editor.visitor.open(address).html
