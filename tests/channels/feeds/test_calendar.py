from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given as example
from hypothesis import settings
from hypothesis import strategies as st

from notify.channels.feeds.calendar import escape, fold
from notify.channels.feeds.formats import Format
from notify.channels.feeds.render import render
from notify.channels.notice import Advice, Notice, Words
from notify.channels.texts import clean
from tests.channels.feeds import ical
from tests.channels.feeds.feeding import SENT, WILD, head, item
from tests.channels.notices import FRISTAD, ÄSPERED, all_clear_of, cancel_of, notice, update_of

BEGINS = datetime(2026, 12, 1, 7, 0, tzinfo=UTC)
ENDS = datetime(2026, 12, 1, 15, 30, tzinfo=UTC)


def escape_free(text: str) -> str:
    """What is left of a text of one line where control characters cannot be."""
    return clean(text).replace("\x7f", "")


def planned(**changes: Any) -> Notice:
    values = {"urgency": "Future", "sent": SENT, "onset": BEGINS, "expires": ENDS}
    return notice(**(values | changes))


def calendar(told: Notice | None = None, language: str = "sv", **listed: Any) -> ical.Component:
    items = [item(told, **listed)] if told else []
    return ical.parse(render(head(Format.ICS, language=language), items))


def event(told: Notice, language: str = "sv", **listed: Any) -> ical.Component:
    (one,) = calendar(told, language, **listed).parts
    assert one.name == "VEVENT"
    return one


def test_the_calendar_says_whose_it_is_and_how_often_to_ask() -> None:
    one = calendar(planned())
    assert (one["VERSION"], one["CALSCALE"]) == ("2.0", "GREGORIAN")
    assert one["NAME"] == one["X-WR-CALNAME"] == "Driftinformation: Äspered"
    assert one["SOURCE"] == "https://drift.example/feeds/sv/all.ics"
    assert one["URL"] == "https://drift.example/"
    assert one["REFRESH-INTERVAL"] == one["X-PUBLISHED-TTL"] == "PT15M"
    assert one.parameters["REFRESH-INTERVAL"] == ";VALUE=DURATION"


def test_an_event_says_when_where_and_what() -> None:
    one = event(planned(places=(ÄSPERED, FRISTAD)))
    assert (one["DTSTART"], one["DTEND"]) == ("20261201T070000Z", "20261201T153000Z")
    assert one["SUMMARY"] == "Vattenavbrott i Äspered"
    assert one.parameters["SUMMARY"] == ";LANGUAGE=sv"
    assert one["LOCATION"] == "Äspered, Fristad"
    assert one["DESCRIPTION"].startswith("En vattenledning har gått sönder vid skolan.\n\nHämta")
    assert one["CATEGORIES"] == "Dricksvatten,Planerat arbete,Nytt"
    assert one["URL"] == "http://testserver/a/test123/"
    assert one["DTSTAMP"] == one["LAST-MODIFIED"] == "20261123T083015Z"
    assert (one["STATUS"], one["TRANSP"]) == ("CONFIRMED", "TRANSPARENT")


def test_advice_stands_in_the_description() -> None:
    boil = Advice("drink", "boil", {"sv": "Koka vattnet.", "en": "Boil the water."})
    assert event(planned(advice=(boil,)), "en")["DESCRIPTION"].endswith("\n\n• Boil the water.")


def test_an_update_moves_the_event_that_is_there() -> None:
    first = planned()
    later = update_of(first, onset=BEGINS + timedelta(days=1), expires=ENDS + timedelta(days=1))
    before, after = event(first), event(later)
    assert after["UID"] == before["UID"] == f"{first.alert}@testserver"
    assert (before["SEQUENCE"], after["SEQUENCE"]) == ("1", "2")
    assert after["DTSTART"] == "20261202T070000Z"


def test_work_that_is_called_off_is_cancelled_and_says_so() -> None:
    one = event(cancel_of(planned()), ending="cancelled", updated=SENT)
    assert (one["STATUS"], one["SEQUENCE"]) == ("CANCELLED", "2")
    assert one["SUMMARY"] == "Inställt: Vattenavbrott i Äspered"


def test_work_that_is_finished_early_ends_then() -> None:
    early = BEGINS + timedelta(hours=2)
    one = event(all_clear_of(planned()), ending="resolved", updated=early)
    assert (one["STATUS"], one["DTEND"]) == ("CONFIRMED", "20261201T090000Z")
    assert one["SUMMARY"] == "Klart: Vattenavbrott i Äspered"


def test_work_that_ended_before_it_began_keeps_its_planned_end() -> None:
    one = event(all_clear_of(planned()), ending="resolved", updated=SENT)
    assert one["DTEND"] == "20261201T153000Z"


def test_work_without_an_end_has_none() -> None:
    assert "DTEND" not in event(planned(expires=None)).properties
    assert "DTEND" not in event(planned(expires=BEGINS)).properties


def test_time_that_has_passed_changes_nothing() -> None:
    told = planned()
    assert event(told, ending="lapsed", updated=ENDS) == event(told)


def test_a_calendar_without_work_is_one_all_the_same() -> None:
    (zone,) = calendar().parts
    assert zone.name == "VTIMEZONE"


@settings(max_examples=40, deadline=None)
@example(st.text(max_size=300))
def test_a_folded_line_is_the_line(text: str) -> None:
    line = f"SUMMARY:{escape(text)}"
    assert ical.unfold(fold(line)) == [line]


@settings(max_examples=30, deadline=None)
@example(WILD, WILD, WILD)
def test_no_text_breaks_it_or_adds_to_it(headline: str, text: str, name: str) -> None:
    told = planned(
        words={"sv": Words(headline or "x", text, name)},
        places=(replace(ÄSPERED, name=name),),
        service_names={"sv": name},
    )
    data = render(head(Format.ICS, title=name, subtitle=text), [item(told)])
    (one,) = ical.parse(data).parts
    assert one["LOCATION"] == escape_free(name)
    assert one["UID"] == f"{told.alert}@testserver"
