"""What residents see of a correction: the right words, that they were corrected, and what stood before."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from notify.alerts.models import Alert
from notify.alerts.vocabulary import Move
from tests.portal.world import mend, say

pytestmark = pytest.mark.django_db

OLD, MENDED = "Vattenavbrott i Äspered", "Vattenavbrott i Äspereds tätort"


def read(client: Client, alert: Alert) -> str:
    return client.get(f"/a/{alert.code}/").content.decode()


def heading(html: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", html, re.DOTALL)
    assert found
    return found[1].strip()


def stood_before(html: str) -> list[str]:
    """What each earlier wording says, the latest first."""
    pieces = re.findall(r"</summary>(.*?)</details>", html, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", piece).split()) for piece in pieces]


def test_the_alert_and_the_list_say_the_new_words(client: Client) -> None:
    alert = say()
    mend(alert, headline=MENDED)
    assert heading(read(client, alert)) == MENDED
    home = client.get("/").content.decode()
    assert MENDED in home
    assert "Rättad" not in home


def test_the_page_owns_up_to_it_and_keeps_what_stood_before(client: Client) -> None:
    alert = say()
    assert "Rättad" not in read(client, alert)
    mend(alert, headline="Vattenavbrott")
    mend(alert, headline=MENDED)

    html = read(client, alert)

    assert '<a href="#stop-1">Se vad som ändrades</a>' in html
    before = stood_before(html)
    assert [one.partition(" En vattenledning")[0] for one in before] == ["Vattenavbrott", OLD]
    assert html.count("Rättad <time") == 3


def test_a_reader_of_the_other_language_is_not_troubled_with_it(
    client: Client, english: Client
) -> None:
    alert = say()
    mend(alert, "en", headline="Water outage in the town of Äspered")

    assert "Rättad" not in read(client, alert)
    html = read(english, alert)
    assert "Corrected <time" in html
    assert stood_before(html)[0].startswith("Water outage in Äspered")


def test_last_words_are_corrected_where_they_stand(client: Client) -> None:
    alert = say()
    words = {"sv": {"headline": "Vattnet är tilbaka"}}
    alert = say(Move.RESOLVE, alert, words=words)
    mend(alert, headline="Vattnet är tillbaka")

    html = read(client, alert)

    assert heading(html) == OLD
    assert "<strong>Vattnet är tillbaka</strong>" in html
    assert stood_before(html) == ["Vattnet är tilbaka"]


def test_only_what_differs_from_the_corrected_words_is_said_again(client: Client) -> None:
    alert = say()
    mend(alert, description="En ledning har gått sönder vid kyrkan.")
    say(Move.UPDATE, alert, severity="Minor")
    html = read(client, alert)
    timeline = html[html.index('<ol class="timeline"') : html.index("</ol>")]
    assert timeline.count("vid kyrkan") == 1


def test_it_costs_no_more_statements(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    alert = say()
    for number in range(3):
        mend(alert, headline=f"Rättad {number}")
    with django_assert_num_queries(5):
        read(client, alert)
