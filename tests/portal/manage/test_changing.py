"""What stands on a number, to look at, change or end."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings as project
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from notify.alerts.models import Area, Service
from notify.residents.models import Consent, SignUp, Subscriber, Subscription
from notify.residents.services import opt_out
from tests.portal.manage.steps import (
    CHANGES,
    FRISTAD,
    PHONE,
    ÄSPERED,
    enter,
    everything,
    said,
    standing,
)
from tests.portal.steps import WRITTEN, text

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("two_places")
def test_a_place_opens_as_it_stands_and_is_changed(client: Client) -> None:
    enter(client)
    shown = text(client.get(f"/manage/places/{FRISTAD}/"))
    assert re.findall(r'value="(\w+)"[^>]*checked', shown) == ["power"]

    form = {"services": ["water"], "serious_only": "on"}
    answer = client.post(f"/manage/places/{FRISTAD}/", form, follow=True)

    assert said(answer) == "Ditt val är sparat."
    assert standing() == {"Äspered": (set(), False), "Fristad": ({"water"}, True)}


@pytest.mark.usefixtures("two_places")
def test_every_service_is_ticked_where_every_service_stands(client: Client) -> None:
    enter(client)

    shown = text(client.get(f"/manage/places/{ÄSPERED}/"))

    assert re.findall(r'value="(\w+)"[^>]*checked', shown) == ["power", "water"]


@pytest.mark.usefixtures("two_places")
@pytest.mark.parametrize(
    ("address", "form", "sentence"),
    [
        (f"/manage/places/{ÄSPERED}/", {}, "Välj minst en tjänst."),
        (f"/manage/places/{ÄSPERED}/", {"services": ["magic"]}, "Den tjänsten finns inte längre"),
        ("/manage/places/", {"services": ["water"]}, "Välj minst ett område."),
        ("/manage/places/", {"areas": ["x"], "services": ["water"]}, "Det området finns inte"),
        ("/manage/places/", {"areas": [FRISTAD]}, "Välj minst en tjänst."),
        ("/manage/language/", {}, "Välj ett språk."),
        ("/manage/language/", {"language": "xx"}, "Det språket skriver vi inte på."),
        ("/manage/nights/", {}, "Välj vad som får vänta till morgonen."),
        ("/manage/nights/", {"nights": "x"}, "Välj vad som får vänta till morgonen."),
        ("/manage/pause/", {}, "Välj när du vill få sms igen."),
        ("/manage/pause/", {"until": "2020-01-01"}, "Den dagen har passerat."),
        ("/manage/pause/", {"until": "\0"}, "Den dagen har passerat."),
        ("/manage/held/erase/", {}, "Kryssa i rutan först"),
    ],
)
def test_what_cannot_be_right_is_told_and_changes_nothing(
    client: Client, address: str, form: dict[str, Any], sentence: str
) -> None:
    enter(client)
    before = everything()

    answer = client.post(address, form)

    assert answer.status_code == 422
    told_beside_its_field(text(answer), sentence)
    assert everything() == before


def told_beside_its_field(html: str, sentence: str) -> None:
    """Also in a summary that takes the focus, and whose link leads to the field."""
    summary = re.search(r'<div class="error-summary"[^>]*data-focus>.*?</div>', html)
    assert summary
    link = re.search(rf'<a href="#(\w+)">[^<]*{re.escape(sentence)}', summary[0])
    assert link
    assert html.count(f'id="{link[1]}"') == 1
    assert re.search(rf'id="{link[1]}_error">\s*<li>[^<]*{re.escape(sentence)}', html)
    assert re.search(rf'aria-describedby="[^"]*{link[1]}_error', html)


@pytest.mark.usefixtures("two_places")
def test_what_was_chosen_beside_a_mistake_is_kept(client: Client) -> None:
    enter(client)

    added = text(client.post("/manage/places/", {"areas": [FRISTAD], "serious_only": "on"}))

    assert re.search(rf'value="{FRISTAD}"[^>]*checked', added)
    assert re.search(r'name="serious_only"[^>]*checked', added)
    assert added.count("checked") == 2


@pytest.mark.usefixtures("two_places")
def test_two_tabs_that_save_the_same_leave_one_subscription(client: Client) -> None:
    enter(client)
    form = {"areas": [ÄSPERED, FRISTAD], "services": ["water", "power"]}

    for _tab in range(2):
        client.post("/manage/places/", form)

    assert Subscription.objects.filter(ended_at=None).count() == 2
    assert standing() == {"Äspered": (set(), False), "Fristad": (set(), False)}


@pytest.mark.usefixtures("two_places")
def test_one_place_is_ended_and_a_tab_that_still_shows_it_changes_nothing(client: Client) -> None:
    enter(client)

    for _click in range(2):
        answer = client.post(f"/manage/places/{FRISTAD}/end/", follow=True)
        assert said(answer) == "Området är avslutat."

    answer = client.post(f"/manage/places/{FRISTAD}/", {"services": ["water"]}, follow=True)
    assert said(answer).startswith("Området är inte längre ett av dina")
    assert standing() == {"Äspered": (set(), False)}


@pytest.mark.usefixtures("two_places")
@pytest.mark.parametrize(
    "leave",
    [
        lambda client: client.post("/manage/end/", follow=True),
        lambda client: [
            client.post(f"/manage/places/{code}/end/", follow=True) for code in (ÄSPERED, FRISTAD)
        ][-1],
    ],
    ids=["all at once", "one after the other"],
)
def test_everything_is_ended_with_its_consent_on_record(
    client: Client, leave: Callable[[Client], Any]
) -> None:
    enter(client)

    answer = leave(client)

    assert said(answer) == "Allt är avslutat. Du får inga fler sms från oss."
    assert "Du får inga sms från oss" in text(answer)
    assert Subscriber.objects.get().ended_reason == "web"
    assert Consent.objects.latest("pk").kind == "opt-out"
    assert said(client.post("/manage/end/", follow=True)).startswith("Allt är avslutat.")


@pytest.mark.usefixtures("two_places")
def test_to_end_everything_asks_first_and_to_be_asked_changes_nothing(client: Client) -> None:
    enter(client)
    before = everything()
    assert 'href="/manage/end/"' in text(client.get("/manage/"))

    asked = text(client.get("/manage/end/"))

    for words in ("Avsluta allt?", "<li>Äspered</li>", "Ja, avsluta allt", "Nej, behåll mina sms"):
        assert words in asked
    assert everything() == before


@pytest.mark.usefixtures("two_places")
@pytest.mark.parametrize("ended", [[""], [f"places/{FRISTAD}/", f"places/{ÄSPERED}/"]])
def test_who_ended_the_last_of_it_gets_it_back_with_one_click_or_two(
    client: Client, ended: list[str]
) -> None:
    enter(client)
    before = standing()
    for one in ended:
        answer = client.post(f"/manage/{one}end/", follow=True)
    assert "Ångra och återställ det jag hade" in text(answer)

    for _click in range(2):
        answer = client.post("/manage/undo/", follow=True)
        assert said(answer) == "Allt är som det var innan du avslutade det."

    # What was ended before the last was ended by itself.
    assert standing() == (before if len(ended) == 1 else {"Äspered": before["Äspered"]})
    assert [one.kind for one in Consent.objects.order_by("pk")][-2:] == ["opt-out", "opt-in"]
    assert Subscription.objects.filter(ended_at=None).count() == len(standing())


@pytest.mark.usefixtures("two_places")
def test_only_who_ended_it_within_the_session_is_offered_to_undo_it(client: Client) -> None:
    enter(client)
    client.post("/manage/end/")
    with time_machine.travel(timezone.now() + timedelta(minutes=project.MANAGE_MINUTES + 1)):
        enter(client)
        assert "Ångra" not in text(client.get("/manage/"))
        assert client.post("/manage/undo/")["Location"] == "/manage/places/"
    assert Subscriber.objects.get().ended_reason == "web"


@pytest.mark.usefixtures("two_places")
def test_who_wrote_stop_meanwhile_finds_everything_ended(client: Client) -> None:
    enter(client)
    opt_out(PHONE, source="sms", words="STOPP")

    for address, form in CHANGES[1:]:
        if address == "/manage/undo/":
            continue  # what STOPP ended comes back with START
        assert said(client.post(address, form, follow=True)).startswith("Allt är avslutat.")
    assert Subscription.objects.filter(ended_at=None).count() == 0


@pytest.mark.usefixtures("two_places")
def test_the_language_of_the_messages_is_changed(client: Client) -> None:
    enter(client)

    answer = client.post("/manage/language/", {"language": "en"}, follow=True)

    assert said(answer) == "Ditt val är sparat."
    assert Subscriber.objects.get().language == "en"
    assert re.search(r'value="en"\s+selected', text(answer))


@pytest.mark.usefixtures("two_places")
def test_where_there_is_no_night_nobody_is_asked_about_it(
    client: Client, settings: Settings
) -> None:
    settings.QUIET_HOURS = (7, 7)
    enter(client)

    assert "På natten" not in text(client.get("/manage/"))


@pytest.mark.usefixtures("two_places")
def test_what_may_wait_for_the_morning_is_chosen(client: Client) -> None:
    enter(client)
    shown = text(client.get("/manage/"))
    assert "mellan kl. 22.00 och 07.00 kan vänta till kl. 07.00" in shown
    assert re.search(r'value="planned"[^>]*checked', shown)

    answer = client.post("/manage/nights/", {"nights": "routine"}, follow=True)

    assert said(answer) == "Ditt val är sparat."
    assert Subscriber.objects.get().nights == "routine"
    assert re.search(r'value="routine"[^>]*checked', text(answer))


@pytest.mark.usefixtures("two_places")
@pytest.mark.parametrize(
    ("today", "chosen", "until"),
    [
        ("2026-11-25T12:00:00+01:00", "2026-12-02", "2026-12-02T07:00:00+01:00"),
        # It is the next day in Sweden already; and the clock goes forward before the pause is over.
        ("2026-03-27T23:30:00+00:00", "2026-04-04", "2026-04-04T07:00:00+02:00"),
        ("2026-10-24T12:00:00+02:00", "2026-10-25", "2026-10-25T07:00:00+01:00"),
    ],
)
def test_a_pause_lasts_until_seven_on_the_chosen_morning_by_the_clock_there(
    client: Client, today: str, chosen: str, until: str
) -> None:
    with time_machine.travel(datetime.fromisoformat(today), tick=False):
        enter(client)
        assert f'value="{chosen}"' in text(client.get("/manage/"))

        answer = client.post("/manage/pause/", {"until": chosen}, follow=True)

        assert said(answer) == "Dina sms är pausade. Pausen tar slut av sig själv."
        assert Subscriber.objects.get().paused_until == datetime.fromisoformat(until)
        assert re.search(r"Dina sms är pausade till <time [^>]*>[^<]* kl\. 07\.00", text(answer))

        answer = client.post("/manage/resume/", follow=True)
        assert said(answer) == "Du får sms igen."
        assert not Subscriber.objects.get().paused


def test_in_english_everything_is_in_english(english: Client, two_places: Subscriber) -> None:
    enter(english)

    shown = text(english.get("/manage/?said=saved"))

    for words in ("Your areas", "Every service", "Electricity", "You can change things until"):
        assert words in shown
    assert said(english.get("/manage/?said=saved")) == "Your choice is saved."
    assert said(english.get("/manage/?said=nonsense")) == ""


@pytest.mark.usefixtures("two_places")
def test_an_area_and_a_service_no_longer_in_use_can_still_be_ended(client: Client) -> None:
    Area.objects.filter(name="Fristad").update(active=False)
    Service.objects.filter(slug="power").update(active=False)
    enter(client)
    assert "Fristad" in text(client.get("/manage/"))
    assert client.get(f"/manage/places/{FRISTAD}/").status_code == 200

    client.post(f"/manage/places/{FRISTAD}/end/")

    assert standing() == {"Äspered": (set(), False)}


@pytest.mark.usefixtures("two_places")
def test_the_page_costs_as_many_statements_for_one_place_as_for_all(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    enter(client)
    with django_assert_num_queries(4):
        client.get("/manage/")
    client.post(f"/manage/places/{FRISTAD}/end/")
    with django_assert_num_queries(4):
        client.get("/manage/")


def test_a_form_from_another_site_is_refused(two_places: Subscriber) -> None:
    strict = Client(enforce_csrf_checks=True, headers={"accept-language": "sv"})

    assert strict.post("/manage/", {"phone": WRITTEN}).status_code == 403
    assert strict.post("/manage/end/").status_code == 403
    assert not SignUp.objects.filter(purpose="manage").exists()
