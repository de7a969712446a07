from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given as example
from hypothesis import settings
from lxml import html

from notify.channels.feeds.formats import Format
from notify.channels.feeds.render import render
from notify.channels.notice import Notice, Words
from tests.channels.feeds.feeding import SENT, WILD, head, item
from tests.channels.notices import ÄSPERED, notice, update_of


def read(*notices: Notice, **changes: Any) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(
        render(head(Format.JSON, **changes), [item(told) for told in notices])
    )
    return document


def test_it_has_what_the_format_demands_and_recommends() -> None:
    document = read(notice())
    assert document["version"] == "https://jsonfeed.org/version/1.1"
    assert document["title"] == "Driftinformation: Äspered"
    assert document["feed_url"] == "https://drift.example/feeds/sv/all.json"
    assert document["home_page_url"] == "https://drift.example/"
    assert document["language"] == "sv"
    assert document["authors"] == [{"name": "Borås stad", "url": "https://drift.example/"}]


def test_an_item_says_what_an_entry_of_the_other_formats_says() -> None:
    told = notice(sent=SENT)
    (one,) = read(told)["items"]
    particulars = one.pop("_notify")
    assert one == {
        "id": f"urn:uuid:{told.update}",
        "url": "http://testserver/a/test123/",
        "title": "Vattenavbrott i Äspered",
        "summary": "En vattenledning har gått sönder vid skolan.",
        "content_html": one["content_html"],
        "date_published": "2026-11-23T09:30:15+01:00",
        "date_modified": "2026-11-23T09:30:15+01:00",
        "language": "sv",
        "authors": [{"name": "Borås stad"}],
        "tags": ["Dricksvatten", "Allvarlig störning", "Nytt"],
    }
    assert one["content_html"].startswith("<p>Dricksvatten: Äspered</p><p>En vattenledning")
    assert particulars["areas"] == [{"code": "1490TB121", "name": "Äspered"}]
    assert (particulars["alert"], particulars["number"]) == (told.alert, 1)
    assert (particulars["severity"], particulars["message_type"]) == ("Severe", "Alert")
    assert particulars["ending"] is None


def test_an_end_marks_it_and_moves_its_date() -> None:
    told = notice(sent=SENT)
    later = SENT + timedelta(hours=2)
    ended = item(told, ending="resolved", updated=later, latest=False)
    (one,) = json.loads(render(head(Format.JSON), [ended]))["items"]
    assert one["title"] == "Avhjälpt: Vattenavbrott i Äspered"
    assert one["date_modified"] == "2026-11-23T11:30:15+01:00"
    assert (one["_notify"]["ending"], one["_notify"]["latest"]) == ("resolved", False)


def test_words_that_lack_the_language_say_their_own() -> None:
    told = notice(words={"sv": Words("Vattenavbrott")})
    (one,) = read(told, language="en")["items"]
    assert (one["title"], one["language"]) == ("Vattenavbrott", "sv")


def test_entries_keep_their_order() -> None:
    first = notice()
    second = update_of(first)
    ids = [one["id"] for one in read(second, first)["items"]]
    assert ids == [f"urn:uuid:{second.update}", f"urn:uuid:{first.update}"]


@settings(max_examples=30, deadline=None)
@example(WILD, WILD, WILD)
def test_no_text_breaks_it_or_gets_markup_into_it(headline: str, text: str, name: str) -> None:
    told = notice(
        words={"sv": Words(headline or "x", text, name)},
        places=(replace(ÄSPERED, name=name),),
        service_names={"sv": name},
        publisher=name,
    )
    (one,) = read(told, title=name)["items"]
    assert one["title"]
    fragment = html.fragment_fromstring(one["content_html"], create_parent="div")
    assert {element.tag for element in fragment.iter()} <= {"div", "p", "br", "strong"}
