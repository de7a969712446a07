"""Coming back: a number and its code open the pages, and nothing else does."""

from __future__ import annotations

import re
import uuid

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from notify.dispatch.models import DirectMessage
from notify.residents.models import Consent, SignUp
from tests import given
from tests.portal.manage.steps import (
    FRISTAD,
    PHONE,
    ask,
    enter,
    said,
    standing,
)
from tests.portal.steps import alike, text, wrong
from tests.portal.world import sent_code

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("two_places")
def test_number_then_code_then_everything_that_stands(client: Client) -> None:
    page = ask(client)["Location"]
    assert "Sms:et är på väg till +46 ••• •• 05" in text(client.get(page))
    assert "Fortsätt" in text(client.get(page))

    shown = text(client.post(page, {"code": sent_code()}, follow=True))

    for words in ("+46 ••• •• 05", "Äspered", "Alla tjänster", "Fristad", "El", "Svenska"):
        assert words in shown
    assert re.search(r"Du kan göra ändringar till <time [^>]*>i (dag|morgon) kl\.", shown)


@pytest.mark.usefixtures("two_places")
def test_a_known_number_gets_the_same_answer_as_an_unknown_one_at_the_same_cost(
    client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    ask(client, phone="070-174 06 07")  # whatever is read once only
    pages = []
    with django_assert_max_num_queries(18) as known:
        pages.append(ask(client)["Location"])
    with django_assert_num_queries(len(known)):
        pages.append(ask(client, phone="070-174 06 06")["Location"])

    shown = [alike(client.get(page)) for page in pages]
    assert shown[0].replace("05", "06") == shown[1].replace("05", "06")
    assert DirectMessage.objects.count() == SignUp.objects.filter(purpose="manage").count() == 3


def test_who_has_the_phone_of_an_unknown_number_is_told_and_may_choose_at_once(
    client: Client,
) -> None:
    given.city(), given.service("water")
    enter(client)
    assert "Det finns ingen prenumeration på +46 ••• •• 05" in text(client.get("/manage/"))

    answer = client.post(
        "/manage/places/", {"areas": [FRISTAD], "services": ["water"]}, follow=True
    )

    assert said(answer) == "Ditt val är sparat."
    assert standing() == {"Fristad": (set(), False)}
    assert Consent.objects.get().kind == "opt-in"


@pytest.mark.parametrize(
    ("phone", "sentence"),
    [("", "Skriv ditt mobilnummer"), ("033-35 70 00", "Det är inget mobilnummer")],
)
def test_a_number_that_cannot_be_right_is_told_beside_the_field(
    client: Client, phone: str, sentence: str
) -> None:
    answer = ask(client, phone=phone)

    assert answer.status_code == 422
    assert re.search(rf'id="id_phone_error">\s*<li>[^<]*{sentence}', text(answer))
    assert not SignUp.objects.exists()


def test_too_many_codes_is_told_where_it_was_asked(client: Client, settings: Settings) -> None:
    settings.CODE_LIMIT_PER_NUMBER_PER_HOUR = 1
    page = ask(client)["Location"]

    for answer in (ask(client), client.post(f"{page}renew/")):
        assert answer.status_code == 429
        assert "Det har begärts för många koder." in text(answer)


def test_a_double_click_sends_one_code_and_a_new_one_may_be_asked_for(client: Client) -> None:
    form = uuid.uuid4()
    page = ask(client, form=form)["Location"]
    assert ask(client, form=form)["Location"] == page
    assert DirectMessage.objects.count() == 1

    renewed = client.post(f"{page}renew/")["Location"]

    assert client.post(renewed, {"code": sent_code()})["Location"] == "/manage/"


def test_a_wrong_code_opens_nothing_and_sets_no_cookie(client: Client) -> None:
    page = ask(client)["Location"]

    answer = client.post(page, {"code": wrong(sent_code())})

    assert answer.status_code == 422
    assert "managing" not in client.cookies
    assert 'name="phone"' in text(client.get("/manage/"))


@pytest.mark.parametrize("replies", [True, False])
def test_stopp_is_offered_only_where_it_can_be_answered(
    client: Client, settings: Settings, *, replies: bool
) -> None:
    settings.SMS_REPLIES = replies
    before = text(client.get("/manage/"))
    given.subscriber(PHONE)
    enter(client)

    for page in (before, text(client.get("/manage/places/"))):
        assert ("STOPP ALLT" in page) is replies


def test_without_a_provider_nobody_is_asked_for_a_number(
    client: Client, settings: Settings
) -> None:
    settings.SMS_ENABLED = False

    assert client.get("/manage/").status_code == ask(client).status_code == 503
