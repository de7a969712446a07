"""The first page: what is disrupted now, what is planned, and what is over."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from notify.alerts.models import Alert
from notify.alerts.vocabulary import Move, Severity, Urgency
from tests import given
from tests.portal.world import HOUR, ONLY_SWEDISH, overdue, planned, say, words

pytestmark = pytest.mark.django_db


def heading(html: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", html, re.DOTALL)
    assert found
    return " ".join(found[1].split())


def read(client: Client, address: str = "/") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


# --- the answer first -------------------------------------------------------------------------


def test_when_all_is_well_it_says_so_first(client: Client, english: Client) -> None:
    given.city()

    assert heading(read(client)) == "Inga kända störningar just nu"
    assert heading(read(english)) == "No known disruptions right now"
    assert "status--good" in read(client)


def test_it_counts_what_is_disrupted_and_names_the_services(
    client: Client, english: Client
) -> None:
    say()
    assert heading(read(client)) == "1 störning just nu"

    say(service=given.service("power"))
    assert heading(read(client)) == "2 störningar just nu"
    assert heading(read(english)) == "2 disruptions right now"
    assert "El · Dricksvatten" in read(client)


@pytest.mark.parametrize(
    ("severity", "alarm"),
    [("Extreme", True), ("Severe", True), ("Moderate", False), ("Minor", False)],
)
def test_only_the_severe_sounds_the_alarm(client: Client, severity: str, alarm: bool) -> None:
    say(severity=severity)

    assert ("status--alarm" in read(client)) is alarm


def test_the_worst_stands_first(client: Client) -> None:
    say(severity=Severity.EXTREME, words=words("Värst"))
    say(severity=Severity.MINOR, words=words("Minst"))

    html = read(client)
    assert html.index("Värst") < html.index("Minst")


# --- a card -----------------------------------------------------------------------------------


def test_a_card_says_what_where_since_when_and_what_to_do(client: Client) -> None:
    alert = say()

    html = read(client)
    for text in (
        "Dricksvatten",
        "Störning just nu",
        "Allvarlig",
        "Vattenavbrott i Äspered",
        "Hämta vatten vid tankbilen på skolgården.",
        f'href="/a/{alert.code}/"',
        "i dag kl.",
    ):
        assert text in html


def test_a_disruption_past_its_expected_end_still_stands_and_says_so(
    client: Client, english: Client
) -> None:
    overdue()

    assert heading(read(client)) == "1 störning just nu"
    assert "det är ännu inte bekräftat att det är över" in read(client)
    assert "it is not yet confirmed that it is over" in read(english)


def test_an_end_that_nobody_knows_is_called_so(client: Client) -> None:
    say(expires=None)

    assert "Vi vet inte ännu" in read(client)


def test_the_whole_municipality_is_told_from_its_town(client: Client) -> None:
    say(areas=[given.city()["Borås"]])

    assert "Hela Borås" in read(client)


def test_words_that_are_only_in_swedish_are_marked_for_who_hears_them(english: Client) -> None:
    say(words=ONLY_SWEDISH)

    html = read(english)
    assert re.search(r'<a[^>]*lang="sv"[^>]*>\s*Vattenavbrott i Äspered', html)
    assert '<html lang="en">' in html


def test_words_are_never_markup(client: Client) -> None:
    say(words=words("<script>alert(1)</script>", instruction="<b>x</b>"))

    html = read(client)
    assert "<script>alert(1)" not in html
    assert "<b>x</b>" not in html


# --- planned, ended, drafts -------------------------------------------------------------------


def test_what_is_planned_is_not_counted_but_shown(client: Client) -> None:
    planned(words=words("Vi spolar ledningarna"))

    html = read(client)
    assert heading(html) == "Inga kända störningar just nu"
    assert "Vi spolar ledningarna" in html
    assert "1 planerat arbete" in html
    assert "i morgon kl." in html


def test_planned_work_that_has_begun_is_current(client: Client) -> None:
    now = timezone.now()
    say(urgency=Urgency.FUTURE, onset=now - HOUR, expires=now + HOUR)

    assert heading(read(client)) == "1 störning just nu"
    assert "Planerat arbete pågår" in read(client)


@pytest.mark.parametrize(
    ("move", "label"), [(Move.RESOLVE, "Avhjälpt"), (Move.CANCEL, "Återkallat")]
)
def test_what_has_ended_is_shown_for_a_week(client: Client, move: Move, label: str) -> None:
    alert = say()
    say(move, alert)

    assert heading(read(client)) == "Inga kända störningar just nu"
    assert label in read(client)

    Alert.objects.filter(pk=alert.pk).update(ended_at=timezone.now() - timedelta(days=8))
    assert "Vattenavbrott" not in read(client)


def test_what_ended_last_stands_first_whether_it_was_fixed_or_ran_out(client: Client) -> None:
    now = timezone.now()
    for hours, headline in ((5, "Femte"), (1, "Första")):
        fixed = say(Move.RESOLVE, say(words=words(headline)), words=words(headline))
        Alert.objects.filter(pk=fixed.pk).update(ended_at=now - hours * HOUR)
    lapsed = planned(words=words("Tredje"))
    Alert.objects.filter(pk=lapsed.pk).update(onset=now - 9 * HOUR, expires=now - 3 * HOUR)

    html = read(client)
    assert html.index("Första") < html.index("Tredje") < html.index("Femte")


def test_a_draft_is_nobodys_business(client: Client) -> None:
    given.draft(words=words("Hemligt utkast"))

    assert "Hemligt utkast" not in read(client)


# --- a place of one's own ---------------------------------------------------------------------


def test_a_place_shows_what_concerns_it_itself_and_from_above(client: Client) -> None:
    areas = given.city()
    say(areas=[areas["Äspered"]], words=words("I byn"))
    say(areas=[areas["Borås"]], words=words("I hela kommunen"))
    say(areas=[areas["Fristad"]], words=words("Någon annanstans"))

    html = read(client, f"/?area={areas['Äspered'].code}")
    assert heading(html) == "2 störningar just nu"
    assert "I byn" in html
    assert "I hela kommunen" in html
    assert "Någon annanstans" not in html


def test_the_municipality_shows_what_concerns_any_part_of_it(client: Client) -> None:
    say(words=words("I byn"))

    assert "I byn" in read(client, "/?area=1490")


@pytest.mark.parametrize("code", ["nowhere", "1490TB1210", "' OR 1=1", "å", "x" * 5000])
def test_a_place_that_nobody_knows_gets_a_sentence_and_the_list(
    client: Client, english: Client, code: str
) -> None:
    given.city()

    answer = client.get("/", {"area": code})
    assert answer.status_code == 404
    assert heading(answer.content.decode()) == "Området finns inte"
    assert "Äspered" in answer.content.decode()
    assert "We know no such area" in english.get("/", {"area": code}).content.decode()


def test_no_place_chosen_is_everywhere(client: Client) -> None:
    say()

    assert heading(read(client, "/?area=")) == "1 störning just nu"


def test_the_places_stand_in_the_order_of_the_swedish_alphabet(client: Client) -> None:
    areas = given.city()
    for code, name in (("x1", "Örby"), ("x2", "Ålgården"), ("x3", "Zinkgruvan")):
        type(areas["Borås"]).objects.create(code=code, name=name, parent=areas["Borås"])

    names = re.findall(r"<option[^>]*>\s*(.*?)\s*</option>", read(client))
    assert names == [
        "Alla områden", "Hela Borås", "Fristad", "Zinkgruvan", "Ålgården", "Äspered", "Örby",
    ]  # fmt: skip


def test_an_area_no_longer_in_use_cannot_be_chosen(client: Client) -> None:
    area = given.city()["Fristad"]
    type(area).objects.filter(pk=area.pk).update(active=False)

    assert "Fristad" not in read(client)
    assert client.get("/", {"area": area.code}).status_code == 404


# --- elsewhere --------------------------------------------------------------------------------


def test_the_feeds_that_the_page_names_are_there(client: Client, english: Client) -> None:
    area = given.city()["Äspered"]
    for browser in (client, english):
        html = read(browser, f"/?area={area.code}")
        links = re.findall(r'<link rel="alternate"[^>]*?href="([^"]+)"', html, re.DOTALL)
        assert len(links) == 4
        for link in links:
            assert browser.get(link).status_code == 200


def test_its_cost_in_statements_does_not_grow_with_the_alerts(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    say()
    planned()
    say(Move.RESOLVE, say())
    with django_assert_num_queries(7):
        read(client)

    for _ in range(3):
        say(areas=[*given.city().values()])
        planned()
        say(Move.RESOLVE, say())
    with django_assert_num_queries(7):
        read(client)
