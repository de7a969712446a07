"""An alert's own page: how it stands, what to do, and everything said of it."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qs

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from notify.alerts.models import Alert
from notify.alerts.vocabulary import Move, Urgency
from notify.channels.feeds.channel import FeedChannel
from notify.channels.feeds.formats import Format
from notify.dispatch.notices import notice_of
from tests import given
from tests.channels.notices import hand
from tests.portal.world import HOUR, ONLY_SWEDISH, overdue, planned, say, words

pytestmark = pytest.mark.django_db


def read(client: Client, alert: Alert) -> str:
    answer = client.get(f"/a/{alert.code}/")
    assert answer.status_code == 200
    return answer.content.decode()


def main(html: str) -> str:
    return html[html.index("<main") : html.index("</main>")]


def test_it_says_how_it_stands_and_what_to_do(client: Client, english: Client) -> None:
    alert = say()

    html = read(client, alert)
    for text in (
        "Vattenavbrott i Äspered",
        "Störning just nu",
        "Gör så här",
        "Hämta vatten vid tankbilen",
        "En vattenledning har gått sönder vid skolan.",
        "Väntas vara klart",
    ):
        assert text in html
    assert "What you should do" in read(english, alert)
    assert "Fetch water from the tanker" in read(english, alert)


def test_its_times_are_for_people_and_for_machines(client: Client) -> None:
    alert = say()

    local = timezone.localtime(alert.onset)
    html = read(client, alert)
    assert f'<time datetime="{local.isoformat("T", "minutes")}">' in html
    assert f"kl.\N{NO-BREAK SPACE}{local:%H.%M}" in html


def test_the_story_stands_newest_first_and_says_nothing_twice(client: Client) -> None:
    alert = say(expires=timezone.now() + HOUR)
    say(
        Move.UPDATE,
        alert,
        words=words(
            "Vattentank på plats",
            description=given.WORDS["sv"]["description"],
            instruction="Ta med egna dunkar.",
        ),
        areas=[given.city()["Fristad"]],
        expires=timezone.now() + 5 * HOUR,
    )

    html = main(read(client, alert))
    story = html[html.index("Det här har vi meddelat") :]
    assert story.index("Vattentank på plats") < story.index("Vattenavbrott i Äspered")
    assert story.count(given.WORDS["sv"]["description"]) == 1
    assert "Gäller nu: Fristad" in " ".join(story.split())
    assert "Väntas nu vara klart" in story
    assert re.findall(r"<strong>(.*?)</strong>", story) == ["Uppdatering", "Första meddelandet"]


def test_an_end_that_is_taken_back_is_told(client: Client) -> None:
    alert = say()
    say(Move.UPDATE, alert, expires=None)

    assert "Vi vet inte längre när det är klart." in read(client, alert)


def test_an_all_clear_says_so_with_its_own_words(client: Client) -> None:
    alert = say()
    say(Move.RESOLVE, alert, words=words("Vattnet är tillbaka", instruction="Spola kranen."))

    html = main(read(client, alert))
    assert "status--good" in html
    for text in ("Avhjälpt", "Vattnet är tillbaka", "Spola kranen.", "Vattenavbrott i Äspered"):
        assert text in html
    # Whoever comes by the link in the SMS reads that it is over before the headline that no longer holds.
    assert html.index("Avhjälpt") < html.index("<h1")
    assert "<title> Avhjälpt: Vattenavbrott i Äspered" in " ".join(read(client, alert).split())
    assert "Började" in html
    # What to do during the outage stands in the story only, not as what to do now.
    instruction = html[html.index("Gör så här") : html.index("Det här har vi meddelat")]
    assert "tankbilen" not in instruction


def test_what_was_sent_in_error_is_withdrawn_loudly(client: Client, english: Client) -> None:
    alert = say()
    say(Move.CANCEL, alert, words=words("Vattnet är som vanligt"))

    html = read(client, alert)
    assert "<s>Vattenavbrott i Äspered</s>" in re.sub(r"\s*(</?s>)\s*", r"\1", html)
    assert "Meddelandet är återkallat." in html
    assert "This message is cancelled." in read(english, alert)


def test_work_called_off_in_time_was_never_under_way(client: Client, english: Client) -> None:
    alert = planned()
    say(Move.CANCEL, alert, words=words("Arbetet i Äspered är inställt"))

    html = read(client, alert)
    assert "Inställt" in html
    assert "Planerat till" in html
    for text in ("Sedan", "misstag", "Återkallat"):
        assert text not in html
    assert "Called off" in read(english, alert)


def test_past_its_expected_end_it_promises_nothing(client: Client) -> None:
    html = read(client, overdue())

    assert "Störning, längre än väntat" in html
    assert "det är ännu inte bekräftat att det är över" in html


def test_planned_work_says_when_it_begins_and_afterwards_that_its_time_is_up(
    client: Client,
) -> None:
    alert = planned()
    assert "Börjar" in read(client, alert)

    now = timezone.now()
    Alert.objects.filter(pk=alert.pk).update(onset=now - 3 * HOUR, expires=now - HOUR)
    assert "Planerat arbete, tiden har gått ut" in read(client, alert)
    assert "Hör av dig till oss" in read(client, alert)


def test_work_under_way_is_called_so(client: Client) -> None:
    now = timezone.now()
    alert = say(urgency=Urgency.FUTURE, onset=now - HOUR, expires=now + HOUR)

    assert "Planerat arbete pågår" in read(client, alert)


def test_words_only_in_swedish_say_so_and_are_marked(english: Client, client: Client) -> None:
    alert = say(words=ONLY_SWEDISH)

    html = read(english, alert)
    assert "Some of this is only in Swedish." in html
    assert re.search(r'<h1 lang="sv">\s*Vattenavbrott', html)
    assert re.search(r'<div lang="sv">\s*<p>Hämta vatten', html)
    assert "bara på svenska" not in read(client, alert)


def test_one_part_that_is_not_translated_falls_back_alone(english: Client) -> None:
    both = {"sv": given.WORDS["sv"], "en": {"headline": "Water outage"}}

    html = read(english, say(words=both))
    assert "Water outage" in html
    assert re.search(r'<div lang="sv">\s*<p>Hämta vatten', html)


def test_an_old_alert_keeps_its_page(client: Client) -> None:
    alert = say()
    say(Move.RESOLVE, alert)
    Alert.objects.filter(pk=alert.pk).update(ended_at=timezone.now() - timedelta(days=400))

    assert "Avhjälpt" in read(client, alert)


def test_advice_stands_in_the_readers_language_with_a_drawing(
    client: Client, english: Client
) -> None:
    alert = say(advice={"drink": "boil", "flush": "yes"}, words=words("Koka vattnet"))

    html = main(read(client, alert))
    assert re.search(r"advice/drink-boil[\w.]*svg\" alt=\"\"", html)
    assert html.index("Koka vattnet innan du dricker") < html.index("Du kan spola i toaletten.")
    foreign = main(read(english, alert))
    assert "Boil the water before you drink it" in foreign
    assert "Koka vattnet innan" not in foreign


def test_the_story_tells_what_advice_is_new_and_when_it_is_taken_back(client: Client) -> None:
    alert = say(advice={"drink": "no", "flush": "no"})
    say(Move.UPDATE, alert, advice={"drink": "boil", "flush": "no"})
    say(Move.UPDATE, alert, advice={})

    html = main(read(client, alert))
    story = html[html.index("Det här har vi meddelat") :]
    assert "Koka vattnet" not in html[: html.index("Det här har vi meddelat")]
    assert story.count("Råden vi gav tidigare gäller inte längre.") == 1
    assert story.count("Koka vattnet innan") == story.count("Spola inte") == 1


def test_an_all_clear_gives_its_own_advice_and_none_that_is_past(client: Client) -> None:
    alert = say(advice={"drink": "no", "flush": "no"})
    say(Move.RESOLVE, alert, words=words("Vattnet är tillbaka"), advice={"drink": "yes"})

    html = main(read(client, alert))
    now = html[: html.index("Det här har vi meddelat")]
    assert "Du kan dricka vattnet." in now
    assert "inte vattnet" not in now
    assert "Spola inte" not in now


def test_where_help_is_to_be_had_stands_as_it_was_written_under_a_heading_in_the_readers_language(
    client: Client, english: Client
) -> None:
    alert = say(help_at=["Äspereds skola, dygnet runt", "Torget <8–20>"])

    html = main(read(client, alert))
    assert html.index("Här kan du hämta dricksvatten") < html.index("Äspereds skola, dygnet runt")
    assert "Torget &lt;8–20&gt;" in html
    foreign = main(read(english, alert))
    assert "Here you can fetch drinking water" in foreign
    assert '<ul class="help-at" lang="sv">' in foreign
    assert "Äspereds skola, dygnet runt" in foreign


def test_the_story_tells_where_help_is_new_and_where_it_is_gone(client: Client) -> None:
    alert = say(help_at=["Skolan", "Torget"])
    say(Move.UPDATE, alert, help_at=["Torget", "Badhuset"])

    html = main(read(client, alert))
    now, story = html.split("Det här har vi meddelat")
    assert "Skolan" not in now
    assert "Badhuset" in now
    gone = story.index("Inte längre här:")
    assert story.index("Badhuset") < gone < story.index("Skolan")
    assert story.count("Torget") == 1


def test_nobody_is_sent_for_help_that_is_gone_when_it_is_over(client: Client) -> None:
    alert = say(help_at=["Torget"])
    say(Move.RESOLVE, alert, words=words("Vattnet är tillbaka"), help_at=[])

    now, story = main(read(client, alert)).split("Det här har vi meddelat")
    assert "Torget" not in now
    assert "Inte längre här" not in story
    lapsed = planned(help_at=["Torget"])
    past = timezone.now() - HOUR
    Alert.objects.filter(pk=lapsed.pk).update(onset=past - HOUR, expires=past)
    assert "Torget" not in main(read(client, lapsed)).split("Det här har vi meddelat")[0]


def test_an_earlier_estimate_is_struck_through_beside_the_new_one(
    client: Client, english: Client
) -> None:
    now = timezone.now()
    first, second = now + HOUR, now + 5 * HOUR
    alert = say(expires=first)
    assert "<s>" not in main(read(client, alert))
    say(Move.UPDATE, alert, expires=second)

    html = " ".join(main(read(client, alert)).split())
    times = [timezone.localtime(time).isoformat("T", "minutes") for time in (first, second)]
    assert re.search(
        rf"Tidigare uppskattning:</span> <s><time datetime=\"{re.escape(times[0])}\">[^<]+</time></s> "
        rf"<span class=\"visually-hidden\">Ny uppskattning:</span> <time datetime=\"{re.escape(times[1])}\">",
        html,
    )
    assert "Earlier estimate:" in read(english, alert)


def test_an_estimate_that_is_taken_back_is_struck_through(client: Client) -> None:
    alert = say()
    say(Move.UPDATE, alert, expires=None)

    html = " ".join(main(read(client, alert)).split())
    assert re.search(r"<s><time [^>]+>[^<]+</time></s> .{0,80}</span> Vi vet inte ännu", html)


def test_a_promise_of_news_is_shown_and_said_to_be_late(client: Client, english: Client) -> None:
    promised = timezone.now() + HOUR
    alert = say(news_by=promised)
    html = main(read(client, alert))
    assert "Nästa besked senast" in html
    assert "Det dröjer." not in html

    with time_machine.travel(promised + HOUR / 60, tick=False):
        html = " ".join(main(read(client, alert)).split())
        assert re.search(r"Vi lovade besked senast <time [^>]+>[^<]+</time>\. Det dröjer\.", html)
        assert "Nästa besked senast" not in html
        assert "It is delayed." in read(english, alert)
        say(Move.UPDATE, alert, words=words("Vi söker än"), news_by=None)
        assert "Det dröjer." not in read(client, alert)


def test_it_says_how_to_reach_whoever_publishes(client: Client, settings: Settings) -> None:
    alert = say()
    assert "Kontakt" not in main(read(client, alert))

    settings.PUBLISHER_PHONE = "033-35 70 00"
    settings.PUBLISHER_EMAIL = "kundservice@example.se"
    page = read(client, alert)
    html = main(page)
    assert '<a href="tel:033-357000">033-35 70 00</a>' in html
    assert page.count("033-357000") == 1, "once, where it is looked for"
    assert '<a href="mailto:kundservice@example.se">' in html
    assert 'href="tel:033-357000"' in client.get("/").content.decode()


def test_it_can_be_passed_on_without_scripts(client: Client) -> None:
    alert = say(words=words("Vatten & avlopp: stängt?"))

    [link] = re.findall(r'href="mailto:\?([^"]+)"', main(read(client, alert)))
    assert parse_qs(unescape(link)) == {
        "subject": ["Vatten & avlopp: stängt?"],
        "body": [f"http://testserver/a/{alert.code}/"],
    }


def test_feed_readers_find_the_feeds_of_its_areas(client: Client) -> None:
    alert = say()
    [area] = alert.areas.all()

    html = read(client, alert)
    for suffix in Format:
        for feed in (f"/feeds/sv/area/{area.code}.{suffix}", f"/feeds/sv/all.{suffix}"):
            assert f'href="{feed}"' in html[: html.index("</head>")]


def test_what_is_over_is_not_late_with_news(client: Client) -> None:
    promised = timezone.now() + HOUR
    alert = say(news_by=promised)
    say(Move.RESOLVE, alert, news_by=None)

    with time_machine.travel(promised + HOUR, tick=False):
        assert "Det dröjer." not in read(client, alert)


@pytest.mark.parametrize("code", ["nosuch1", "x" * 200, "-", "0"])
def test_an_alert_that_nobody_published_does_not_exist(client: Client, code: str) -> None:
    answer = client.get(f"/a/{code}/")

    assert answer.status_code == 404
    assert "Sidan finns inte" in answer.content.decode()


def test_a_draft_does_not_exist(client: Client) -> None:
    assert client.get(f"/a/{given.draft().code}/").status_code == 404


def test_its_cost_in_statements_does_not_grow_with_its_story(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    alert = say()
    with django_assert_num_queries(5):
        read(client, alert)

    for _ in range(4):
        again = given.said(alert, Move.UPDATE)
        say(Move.UPDATE, alert, areas=[*given.city().values()], expires=again.expires)
    with django_assert_num_queries(5):
        read(client, alert)


def test_other_systems_find_its_latest_document_by_it(client: Client) -> None:
    alert = say()
    assert "application/cap+xml" not in read(client, alert)
    first = alert.updates.get()
    hand(FeedChannel(), notice_of(first))
    assert f'href="/cap/{first.identifier}.xml"' in read(client, alert)
    say(Move.UPDATE, alert, expires=timezone.now() + 9 * HOUR)
    latest = alert.updates.get(number=2)
    hand(FeedChannel(), notice_of(latest))
    html = read(client, alert)
    assert f'href="/cap/{latest.identifier}.xml"' in html
    assert html.count("application/cap+xml") == 1
