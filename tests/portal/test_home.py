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
from notify.channels.feeds.formats import Format
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


def test_a_card_gives_the_advice_in_words_alone(client: Client) -> None:
    say(advice={"drink": "boil"})

    page = read(client)

    assert "<li>Koka vattnet innan du dricker det eller lagar mat med det.</li>" in page
    assert "<img" not in page.split("<main", 1)[1]


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


def test_a_place_is_answered_first_with_what_concerns_it_itself_and_from_above(
    client: Client,
) -> None:
    areas = given.city()
    say(areas=[areas["Äspered"]], words=words("I byn"))
    say(areas=[areas["Borås"]], words=words("I hela kommunen"))
    planned(areas=[areas["Äspered"]], words=words("Snart i byn"))
    say(areas=[areas["Fristad"]], words=words("Någon annanstans"))

    html = read(client, f"/?place={areas['Äspered'].code}")
    assert heading(html) == "Äspered: 2 störningar just nu"
    here, there = html.split('id="elsewhere"')
    for text in ("I byn", "I hela kommunen", "Snart i byn"):
        assert text in here
        assert text not in there
    assert "Någon annanstans" in there
    assert "Någon annanstans" not in here


def test_a_place_where_all_is_well_says_so_whatever_happens_elsewhere(
    client: Client, english: Client
) -> None:
    areas = given.city()
    say(areas=[areas["Äspered"]], severity="Extreme")

    address = f"/?place={areas['Fristad'].code}"
    assert heading(read(client, address)) == "Fristad: inga kända störningar just nu"
    assert heading(read(english, address)) == "Fristad: no known disruptions right now"
    assert "status--good" in read(client, address)


def test_the_municipality_shows_what_concerns_any_part_of_it(client: Client) -> None:
    say(words=words("I byn"))

    html = read(client, "/?place=1490")
    assert heading(html) == "Hela Borås: 1 störning just nu"
    assert 'id="elsewhere"' not in html


def test_what_has_ended_elsewhere_is_not_shown_for_a_place(client: Client) -> None:
    areas = given.city()
    say(Move.RESOLVE, say(areas=[areas["Fristad"]], words=words("Löst")), words=words("Löst"))

    assert "Löst" in read(client, f"/?place={areas['Fristad'].code}")
    assert "Löst" not in read(client, f"/?place={areas['Äspered'].code}")


@pytest.mark.parametrize(
    "typed", ["Äspered", "äspered", " ÄSPERED ", "aspered", "a\u0308spered", "äspe", "1490tb121"]
)
def test_what_is_typed_leads_to_the_address_that_can_be_shared(client: Client, typed: str) -> None:
    given.city()

    answer = client.get("/", {"place": typed})
    assert (answer.status_code, answer["Location"]) == (302, "/?place=1490TB121")
    assert not answer.cookies


def test_an_address_with_area_as_it_once_was_still_leads_there(client: Client) -> None:
    given.city()

    assert heading(read(client, "/?area=1490TB121")).startswith("Äspered: ")


def test_what_may_mean_several_places_is_asked_about(client: Client, english: Client) -> None:
    given.city()

    html = read(client, "/?place=s")
    assert heading(html) == "Vilken plats menar du?"
    found = html.split("places--found")[1].split("</ul>")[0]
    assert re.findall(r">\s*([^<]+?)\s*</a>", found) == ["Hela Borås", "Fristad", "Äspered"]
    assert 'href="/?place=1490TB121"' in found
    assert heading(read(english, "/?place=s")) == "Which place do you mean?"


@pytest.mark.parametrize("typed", ["nowhere", "1490TB1210", "' OR 1=1", "☃", "x" * 5000])
def test_a_place_that_nobody_knows_gets_a_sentence_and_the_list(
    client: Client, english: Client, typed: str
) -> None:
    given.city()

    answer = client.get("/", {"place": typed})
    html = answer.content.decode()
    assert answer.status_code == 404
    assert heading(html) == "Området finns inte"
    assert "Vi hittar ingen plats som liknar" in html
    assert re.search(r'<input id="place"[^>]*aria-invalid="true"[^>]*place-error', html, re.DOTALL)
    assert "Äspered" in html
    assert "We know no place like" in english.get("/", {"place": typed}).content.decode()


def test_what_was_typed_is_kept_and_never_markup(client: Client) -> None:
    given.city()

    html = client.get("/", {"place": '"><script>x'}).content.decode()
    assert 'value="&quot;&gt;&lt;script&gt;x"' in html
    assert "<script>x" not in html


def test_no_place_chosen_is_everywhere(client: Client) -> None:
    say()

    assert heading(read(client, "/?place=")) == "1 störning just nu"


def test_the_places_stand_in_the_order_of_the_swedish_alphabet(client: Client) -> None:
    areas = given.city()
    for code, name in (("x1", "Örby"), ("x2", "Ålgården"), ("x3", "Zinkgruvan")):
        type(areas["Borås"]).objects.create(code=code, name=name, parent=areas["Borås"])

    html = read(client)
    wanted = ["Hela Borås", "Fristad", "Zinkgruvan", "Ålgården", "Äspered", "Örby"]
    assert re.findall(r'<option value="([^"]+)">', html) == wanted
    assert re.findall(r"\?place=[^>]+>\s*([^<]+?)\s*</a>", html) == wanted


def test_an_area_no_longer_in_use_cannot_be_chosen(client: Client) -> None:
    area = given.city()["Fristad"]
    type(area).objects.filter(pk=area.pk).update(active=False)

    assert "Fristad" not in read(client)
    assert client.get("/", {"place": area.code}).status_code == 404


# --- elsewhere --------------------------------------------------------------------------------


def test_the_feeds_that_the_page_names_are_there(client: Client, english: Client) -> None:
    area = given.city()["Äspered"]
    for browser in (client, english):
        html = read(browser, f"/?place={area.code}")
        links = re.findall(r'<link rel="alternate"[^>]*?href="([^"]+)"', html, re.DOTALL)
        assert len(links) == 2 * len(Format)
        for link in links:
            assert browser.get(link).status_code == 200


@pytest.mark.parametrize(("address", "cost"), [("/", 7), ("/?place=1490TB121", 8)])
def test_its_cost_in_statements_does_not_grow_with_the_alerts(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, address: str, cost: int
) -> None:
    say()
    planned()
    say(Move.RESOLVE, say())
    with django_assert_num_queries(cost):
        read(client, address)

    for _ in range(3):
        say(areas=[*given.city().values()])
        planned()
        say(Move.RESOLVE, say())
    with django_assert_num_queries(cost):
        read(client, address)


@pytest.mark.parametrize("typed", ["aspered", "e", "nowhere"])
def test_a_place_that_is_looked_up_costs_one_statement(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, typed: str
) -> None:
    given.city()

    with django_assert_num_queries(1):
        client.get("/", {"place": typed})
