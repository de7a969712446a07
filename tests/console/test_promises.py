"""Promising when residents hear more: how it is written, shown before sending, and kept."""

from __future__ import annotations

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from notify.alerts.models import Alert, Update
from tests.console.world import HOUR, errors, filled, form_on, published, text, wall

NEW = "/console/alerts/new/"
pytestmark = pytest.mark.django_db


def test_a_promise_is_kept_with_the_draft_and_shown_before_it_is_sent(client: Client) -> None:
    soon = timezone.now() + HOUR
    page = text(client.post(NEW, filled(news_by=wall(soon)), follow=True))

    alert = Alert.objects.get()
    assert alert.news_by == soon.replace(second=0, microsecond=0)
    assert "Nästa besked senast" in page
    assert "Inget är lovat" in text(client.post(NEW, filled(), follow=True))


def test_a_promise_that_has_passed_is_refused_beside_the_field(client: Client) -> None:
    alert = published()
    address = f"/console/alerts/{alert.code}/update/"
    form = form_on(client, address, news_by=wall(timezone.now() - HOUR), sv_headline="Nytt")

    answer = client.post(address, form | {"step": "look"})
    assert answer.status_code == 422
    assert errors(answer) == {
        "news_by": ["Den tiden har redan passerat. Lova en senare, eller lämna tomt."]
    }


def test_a_new_promise_alone_is_no_news(client: Client, karin: User) -> None:
    alert = published()
    address = f"/console/alerts/{alert.code}/update/"
    form = form_on(client, address, news_by=wall(timezone.now() + HOUR), step="look")

    assert client.post(address, form).status_code == 422
    assert client.post(address, form | {"sv_headline": "Vi söker än"}).status_code == 200


def test_an_update_keeps_a_promise_whose_time_has_come(client: Client, karin: User) -> None:
    promised = timezone.now() + HOUR
    alert = published(news_by=promised)
    address = f"/console/alerts/{alert.code}/update/"
    assert form_on(client, address)["news_by"] == wall(promised)

    with time_machine.travel(promised + HOUR, tick=False):
        assert "Du lovade nästa besked senast" in text(client.get(f"/console/alerts/{alert.code}/"))
        form = form_on(client, address, sv_headline="Vi söker än", step="send")
        assert "news_by" not in form
        assert client.post(address, form).status_code == 302
        assert Update.objects.latest("number").news_by is None
        assert "Du lovade" not in text(client.get(f"/console/alerts/{alert.code}/"))


def test_a_draft_is_not_planned_for_after_what_it_promises(client: Client, karin: User) -> None:
    now = timezone.now()
    client.post(NEW, filled(news_by=wall(now + HOUR)))
    address = f"/console/alerts/{Alert.objects.get().code}/publish/"

    page = client.get(address, {"publish_at": wall(now + 2 * HOUR)})
    assert "Du lovar nästa besked före det." in text(page)
    assert client.get(address, {"publish_at": wall(now + HOUR / 2)}).status_code == 200
