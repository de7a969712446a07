"""Another number, once somebody has typed the code that went there."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from notify.dispatch.models import DirectMessage
from notify.residents.models import Consent, Subscriber
from notify.residents.services import find_subscriber
from tests import given
from tests.portal.manage.steps import (
    PHONE,
    enter,
    said,
)
from tests.portal.steps import WRITTEN, text
from tests.portal.world import sent_code

pytestmark = pytest.mark.django_db


NEW = "070-174 06 06"


def ask_to_move(client: Client, phone: str = NEW) -> Any:
    return client.post("/manage/number/", {"phone": phone, "form": uuid.uuid4()})


@pytest.mark.usefixtures("two_places")
def test_a_code_to_the_new_number_moves_everything_there(client: Client) -> None:
    enter(client)
    page = ask_to_move(client)["Location"]
    assert "+46 ••• •• 06" in text(client.get(page))
    assert Subscriber.objects.get().phone == PHONE

    answer = client.post(page, {"code": sent_code()}, follow=True)

    assert said(answer) == "Från och med nu skriver vi till det nya numret."
    assert "+46 ••• •• 06" in text(answer)
    assert "Fristad" in text(answer)
    assert find_subscriber("+46701740606") is not None
    assert find_subscriber(PHONE) is None


@pytest.mark.usefixtures("two_places")
def test_the_code_for_the_new_number_sent_twice_moves_once(client: Client) -> None:
    enter(client)
    page, code = ask_to_move(client)["Location"], sent_code()
    tab = Client(headers={"accept-language": "sv"})
    tab.cookies["managing"] = client.cookies["managing"].value
    client.post(page, {"code": code})

    answer = tab.post(page, {"code": code}, follow=True)

    assert said(answer).startswith("Från och med nu")
    assert Consent.objects.filter(kind="moved").count() == 1


@pytest.mark.usefixtures("two_places")
def test_the_code_for_the_new_number_is_asked_for_only_within_the_session(client: Client) -> None:
    enter(client)
    page, code = ask_to_move(client)["Location"], sent_code()

    for stranger in (Client(), Client()):
        assert stranger.post(page, {"code": code})["Location"] == "/manage/?said=over"
        assert stranger.get(page)["Location"] == "/manage/?said=over"
    client.post("/manage/close/")
    assert client.post(page, {"code": code})["Location"] == "/manage/?said=over"
    assert find_subscriber(PHONE) is not None


@pytest.mark.usefixtures("two_places")
def test_no_new_code_goes_to_the_new_number_once_the_old_one_is_erased(client: Client) -> None:
    enter(client)
    page = client.post("/manage/number/", {"phone": "070-174 06 06", "form": uuid.uuid4()})
    client.post("/manage/held/erase/", {"sure": "yes"})
    before = DirectMessage.objects.count()

    answer = client.post(f"{page['Location']}renew/", {"form": uuid.uuid4()}, follow=True)

    assert said(answer).startswith("Tiden hade gått ut")
    assert DirectMessage.objects.count() == before


@pytest.mark.usefixtures("two_places")
def test_a_new_number_with_subscriptions_is_told_only_to_who_has_it(client: Client) -> None:
    given.subscriber("+46701740606")
    enter(client)
    page = ask_to_move(client)["Location"]
    assert "får redan sms" not in text(client.get(page))

    answer = client.post(page, {"code": sent_code()})

    assert answer.status_code == 422
    assert "Det numret får redan sms från oss." in text(answer)


@pytest.mark.usefixtures("two_places")
@pytest.mark.parametrize(
    ("phone", "sentence"),
    [
        ("", "Skriv ditt mobilnummer"),
        ("ring mig", "Ett telefonnummer har inga bokstäver"),
        (WRITTEN, "Det är numret du redan har."),
    ],
)
def test_a_new_number_that_cannot_be_right_is_told_beside_the_field(
    client: Client, phone: str, sentence: str
) -> None:
    enter(client)

    answer = ask_to_move(client, phone)

    assert answer.status_code == 422
    assert re.search(rf'id="id_phone_error">\s*<li>[^<]*{sentence}', text(answer))


@pytest.mark.usefixtures("two_places")
def test_too_many_codes_to_new_numbers_is_told(client: Client, settings: Settings) -> None:
    enter(client)
    settings.CODE_LIMIT_PER_CLIENT_PER_HOUR = 1

    answer = ask_to_move(client)

    assert answer.status_code == 429
    assert "Det har begärts för många koder." in text(answer)
