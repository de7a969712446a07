"""The overview: what stands, and what asks for something."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from notify.alerts.content import AlertContent
from notify.alerts.vocabulary import Move, Urgency
from notify.dispatch.start import announce
from tests import given
from tests.console.world import HOUR, published, text

HOME = "/console/"


def test_an_empty_city_says_so(client: Client) -> None:
    page = text(client.get(HOME))
    assert "Inga störningar just nu." in page
    assert "Inget är planerat." in page
    assert "Borde vara klart nu" not in page


def test_each_alert_stands_under_what_it_is(client: Client) -> None:
    now = timezone.now()
    published()
    published(
        urgency=Urgency.FUTURE,
        onset=now + 24 * HOUR,
        expires=now + 30 * HOUR,
        words={"sv": {"headline": "Planerad avstängning"}},
    )
    given.draft(words={"sv": {"headline": "Ett utkast"}})
    shown = client.get(HOME).context
    assert [str(one) for one in shown["current"]] == ["Vattenavbrott i Äspered"]
    assert [str(one) for one in shown["planned"]] == ["Planerad avstängning"]
    assert [str(one) for one in shown["drafts"]] == ["Ett utkast"]


def test_what_should_be_over_comes_first_and_asks(client: Client) -> None:
    alert = published()
    with time_machine.travel(timezone.now() + timedelta(hours=6, minutes=1), tick=False):
        page = text(client.get(HOME))
    assert "Skulle ha varit klart för 2 timmar sedan" in page.replace("\xa0", " ")
    assert page.index("Borde vara klart nu") < page.index("Pågår nu")
    assert page.count("Vattenavbrott i Äspered") > 0
    assert alert.state == "active"


def test_the_worst_stands_first(client: Client) -> None:
    for severity in ("Minor", "Extreme", "Moderate"):
        published(severity=severity)
    assert [one.severity for one in client.get(HOME).context["current"]] == [
        "Extreme",
        "Moderate",
        "Minor",
    ]


def test_a_promised_update_that_is_late_asks_for_one(client: Client) -> None:
    now = timezone.now()
    published(news_by=now + HOUR)
    published(
        urgency=Urgency.FUTURE,
        onset=now + 24 * HOUR,
        expires=now + 30 * HOUR,
        news_by=now + HOUR,
        words={"sv": {"headline": "Planerad avstängning"}},
    )
    assert "Nästa besked är lovat senast" in text(client.get(HOME))
    with time_machine.travel(now + 2 * HOUR, tick=False):
        page = client.get(HOME)
    assert [str(one) for one in page.context["waiting"]] == [
        "Vattenavbrott i Äspered",
        "Planerad avstängning",
    ]
    assert not page.context["current"]
    assert not page.context["planned"]
    assert "Ett utlovat besked dröjer" in text(page)
    # Past its end it is listed once, as what should be over.
    with time_machine.travel(now + 5 * HOUR, tick=False):
        page = client.get(HOME)
    assert [str(one) for one in page.context["overdue"]] == ["Vattenavbrott i Äspered"]
    assert [str(one) for one in page.context["waiting"]] == ["Planerad avstängning"]
    assert text(page).count("Det dröjer.") == 2


def test_what_ended_is_listed(client: Client) -> None:
    alert = published()
    announce(
        alert,
        Move.RESOLVE,
        AlertContent.of(alert),
        version=alert.version,
        key=uuid.uuid4(),
        by=None,
    )
    shown = client.get(HOME).context
    assert [one.pk for one in shown["ended"]] == [alert.pk]
    assert not shown["current"]


def test_more_alerts_cost_no_more_statements(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def one_of_each() -> None:
        now = timezone.now()
        published()
        published(urgency=Urgency.FUTURE, onset=now + HOUR, expires=now + 2 * HOUR)
        given.draft()

    one_of_each()
    with django_assert_num_queries(QUERIES):
        client.get(HOME)
    one_of_each()
    one_of_each()
    with django_assert_num_queries(QUERIES):
        client.get(HOME)


# Who is asking: session, user and permissions (4); then four lists and their areas; and when the
# drafts go out by themselves; who they came from, and what other systems say.
QUERIES = 14


def test_the_way_to_the_admin_is_shown_to_those_who_may_use_it(client: Client, karin: User) -> None:
    assert b"/admin/" not in client.get(HOME).content
    karin.is_superuser = True
    karin.save()
    assert b"/admin/" in client.get(HOME).content


@pytest.mark.parametrize("language", ["sv", "en"])
def test_it_speaks_the_readers_language(client: Client, language: str) -> None:
    heading = {"sv": "Översikt", "en": "Overview"}[language]
    page = client.get(reverse("console:home"), headers={"accept-language": language})
    assert f"<h1>{heading}</h1>" in page.content.decode()
