"""What is said when a number, a choice or a code cannot be right, or too much is asked for."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.forms import CharField, ChoiceField, Field, Form
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from notify.alerts.models import Area, Service
from notify.dispatch.models import DirectMessage
from notify.portal import forms
from notify.residents.models import SignUp, Subscriber
from tests.portal.steps import WRITTEN, ask, asked, filled, text, wrong
from tests.portal.world import sent_code

pytestmark = pytest.mark.django_db

DJANGOS = (Field, CharField, ChoiceField)


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"phone": ""}, "phone", "Skriv ditt mobilnummer"),
        ({"phone": "ring mig"}, "phone", "Ett telefonnummer har inga bokstäver"),
        ({"phone": "070-174"}, "phone", "Det finns inget sådant telefonnummer"),
        ({"phone": "033-35 70 00"}, "phone", "Det är inget mobilnummer"),
        ({"phone": "+47 406 12 345"}, "phone", "Vi kan bara skicka till nummer som börjar med +46"),
        ({"phone": "0" * 500}, "phone", "Det där är inget telefonnummer"),
        ({"phone": "\0"}, "phone", ""),
        ({"areas": []}, "areas", "Välj minst ett område."),
        ({"areas": ["nowhere"]}, "areas", "Det området finns inte längre"),
        ({"services": []}, "services", "Välj minst en tjänst."),
        ({"services": ["magic"]}, "services", "Den tjänsten finns inte längre"),
    ],
)
def test_each_mistake_is_told_beside_its_field_and_what_was_written_is_kept(
    client: Client, changes: dict[str, Any], field: str, sentence: str
) -> None:
    answer = ask(client, **changes)

    assert answer.status_code == 422
    html, sentence = text(answer), re.escape(sentence)
    assert re.search(rf'<ul class="errorlist" id="id_{field}_error">\s*<li>[^<]*{sentence}', html)
    assert re.search(rf'href="#id_{field}"[^>]*>[^<]*{sentence}', html)
    assert re.search(r'class="error-summary"[^>]*data-focus', html)
    assert re.search(rf'aria-describedby="[^"]*id_{field}_error', html)
    if field != "phone":
        assert f'value="{WRITTEN}"' in html
    else:
        assert 'aria-invalid="true"' in html
        assert html.count("checked") == 3
    assert not SignUp.objects.exists()
    assert not DirectMessage.objects.exists()


def test_the_mistakes_are_told_in_english_too(english: Client) -> None:
    html = text(ask(english, phone="abc", areas=[]))

    assert "A phone number has no letters" in html
    assert "Choose at least one area." in html


def test_an_area_or_a_service_no_longer_in_use_cannot_be_chosen(client: Client) -> None:
    form = filled()
    Area.objects.filter(name="Äspered").update(active=False)
    Service.objects.filter(slug="power").update(active=False)

    answer = client.post("/subscribe/", form)

    assert answer.status_code == 422
    assert "Det området finns inte längre" in text(answer)
    assert "Den tjänsten finns inte längre" in text(answer)


def test_a_wrong_code_may_be_tried_again(client: Client) -> None:
    page, code = asked(client), sent_code()

    answer = client.post(page, {"code": wrong(code)})

    assert answer.status_code == 422
    assert "Det var inte rätt kod. Titta i sms:et och försök igen." in text(answer)
    assert 'autocomplete="one-time-code"' in text(answer)
    assert client.post(page, {"code": code}).status_code == 302


@pytest.mark.parametrize("typed", ["", "   ", "abc", "9" * 500, "\0"])
def test_whatever_is_typed_as_a_code_gets_a_sentence(client: Client, typed: str) -> None:
    answer = client.post(asked(client), {"code": typed})

    assert answer.status_code == 422
    assert 'id="id_code_error"' in text(answer)


@pytest.mark.parametrize("typed", ["12", "1234567", "12345a", "kod"])
def test_what_cannot_be_the_code_costs_no_try(client: Client, typed: str) -> None:
    page, code = asked(client), sent_code()

    for _time in range(6):
        answer = client.post(page, {"code": typed})
        assert answer.status_code == 422
        assert "Koden är sex siffror." in text(answer)

    assert client.post(page, {"code": code}).status_code == 302


ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@pytest.mark.parametrize(
    "write",
    [
        " ".join,
        "-".join,
        lambda code: f"{code[:3]}\N{NO-BREAK SPACE}{code[3:]} ",
        lambda code: f"Koden är {code}.",
        lambda code: code.translate(ARABIC),
        lambda code: code.translate(FULL_WIDTH),
    ],
)
def test_the_code_is_read_however_it_is_written(
    client: Client, write: Callable[[str], str]
) -> None:
    page = asked(client)

    assert client.post(page, {"code": write(sent_code())}).status_code == 302


def test_the_name_of_a_form_that_is_none_is_no_mistake_of_the_persons(client: Client) -> None:
    assert ask(client, form="no name").status_code == 302


OWN = {
    name: form
    for name, form in vars(forms).items()
    if isinstance(form, type) and issubclass(form, Form) and form.__module__ == forms.__name__
}


@pytest.mark.parametrize("form", OWN.values(), ids=OWN.keys())
def test_whatever_can_be_wrong_with_a_field_has_a_sentence_of_ours(form: type[Form]) -> None:
    """Django's own say what is wrong with the value, and nothing of what to do."""
    for field in form().visible_fields():
        kinds = {"required"} if field.field.required else set()
        kinds |= {"invalid_choice"} if isinstance(field.field, ChoiceField) else set()
        kinds |= {"max_length"} if getattr(field.field, "max_length", None) else set()
        for kind in kinds:
            said = field.field.error_messages[kind]
            assert said not in {one.default_error_messages.get(kind) for one in DJANGOS}, kind


def test_after_five_wrong_codes_the_page_says_how_to_go_on(client: Client) -> None:
    page, code = asked(client), sent_code()
    for _ in range(5):
        answer = client.post(page, {"code": wrong(code)})

    assert answer.status_code == 422
    assert "Koden gäller inte längre" in text(answer)
    assert "Skicka en ny kod" in text(answer)
    assert client.post(page, {"code": code}).status_code == 422
    assert not Subscriber.objects.exists()


def test_an_expired_code_says_how_to_go_on(client: Client) -> None:
    page, code = asked(client), sent_code()

    with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=False):
        answer = client.get(page)
        assert answer.status_code == 410
        assert "Koden gäller inte längre" in text(answer)
        assert client.post(page, {"code": code}).status_code == 422
        renewed = client.post(f"{page}renew/")["Location"]
        assert client.post(renewed, {"code": sent_code()}).status_code == 302


def test_too_many_codes_is_told_where_it_was_asked(client: Client, settings: Settings) -> None:
    settings.CODE_LIMIT_PER_NUMBER_PER_HOUR = 1
    page = asked(client)

    again, renewed = ask(client), client.post(f"{page}renew/")

    for answer in (again, renewed):
        assert answer.status_code == 429
        assert "Det har begärts för många koder. Försök igen om en timme." in text(answer)
    assert f'value="{WRITTEN}"' in text(again)
    assert DirectMessage.objects.count() == 1


def test_limits_count_the_client_behind_our_own_proxy(client: Client, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 1
    settings.CODE_LIMIT_PER_CLIENT_PER_HOUR = 1

    def codes_for(forwarded: str, phone: str) -> int:
        headers = {"x-forwarded-for": forwarded}
        return client.post("/subscribe/", filled(phone=phone), headers=headers).status_code

    assert codes_for("192.0.2.1", "070-174 06 05") == 302
    assert codes_for("made-up, 192.0.2.1", "070-174 06 06") == 429
    assert codes_for("192.0.2.2", "070-174 06 06") == 302


@pytest.mark.parametrize("step", ["", "message/", "done/"])
def test_a_sign_up_that_nobody_made_does_not_exist(client: Client, step: str) -> None:
    assert client.get(f"/subscribe/{uuid.uuid4()}/{step}").status_code == 404
    assert client.get(f"/subscribe/not-a-key/{step}").status_code == 404


def test_a_form_from_another_site_is_refused(client: Client) -> None:
    strict = Client(enforce_csrf_checks=True, headers={"accept-language": "sv"})

    answer = strict.post("/subscribe/", filled())

    assert answer.status_code == 403
    assert "Vi kunde inte se att det var du" in text(answer)
    assert not SignUp.objects.exists()
