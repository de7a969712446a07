"""Subscribing: ask, type the code, done; and what is said when something is wrong."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from notify.alerts.models import Area, Service
from notify.dispatch.models import DirectMessage, State
from notify.residents.models import SignUp, Subscriber, Subscription
from tests import given
from tests.portal.world import sent_code

pytestmark = pytest.mark.django_db

WRITTEN = "070-174 06 05"
DIGITS = "701740605"


def filled(**changes: Any) -> dict[str, Any]:
    """A form filled in right: one number, Äspered, every service."""
    area = given.city()["Äspered"]
    given.service("water"), given.service("power")
    form = {"phone": WRITTEN, "areas": [area.code], "services": ["water", "power"]}
    return form | {"form": str(uuid.uuid4())} | changes


def ask(client: Client, **changes: Any) -> HttpResponse:
    answer: Any = client.post("/subscribe/", filled(**changes))
    return answer  # type: ignore[no-any-return]


def asked(client: Client, **changes: Any) -> str:
    """The address of the page that asks for the code."""
    answer = ask(client, **changes)
    assert answer.status_code == 302
    return answer["Location"]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().replace("\N{NO-BREAK SPACE}", " ").split())


# --- the way through --------------------------------------------------------------------------


def test_number_then_code_then_done(client: Client) -> None:
    page = asked(client)
    assert not Subscriber.objects.exists()
    assert "Sms:et är på väg till +46 ••• •• 05" in text(client.get(page))

    answer = client.post(page, {"code": sent_code()}, follow=True)

    assert answer.status_code == 200
    assert answer.redirect_chain == [(f"{page}done/", 302)]
    for words in ("Klart.", "Äspered", "Alla tjänster", "Svara STOPP", "+46 ••• •• 05"):
        assert words in text(answer)
    assert Subscriber.objects.get().phone == "+46701740605"


def test_in_english_everything_is_in_english_and_so_are_the_messages(english: Client) -> None:
    page = asked(english)
    assert "Type in the code" in text(english.get(page))

    answer = english.post(page, {"code": sent_code()}, follow=True)

    assert "Answer STOP to any SMS from us." in text(answer)
    assert Subscriber.objects.get().language == "en"


def test_all_services_ticked_means_those_added_later_too(client: Client) -> None:
    client.post(asked(client), {"code": sent_code()})

    assert Subscription.objects.get().service is None


def test_some_services_ticked_means_just_those(client: Client) -> None:
    client.post(asked(client, services=["power"]), {"code": sent_code()})

    assert Subscription.objects.get().service == given.service("power")


def test_a_place_within_another_chosen_one_adds_nothing(client: Client) -> None:
    codes = [area.code for area in given.city().values()]
    client.post(asked(client, areas=codes), {"code": sent_code()})

    assert Subscription.objects.get().area.name == "Borås"


def test_the_form_can_open_with_a_place_chosen(client: Client) -> None:
    area = given.city()["Fristad"]

    html = text(client.get("/subscribe/", {"area": [area.code, "nonsense"]}))
    assert re.search(rf'<input[^>]*value="{area.code}"[^>]*checked', html)


def test_a_known_number_gets_the_same_answer_as_an_unknown_one(client: Client) -> None:
    given.subscriber("+46701740605")

    known, unknown = asked(client), asked(client, phone="070-174 06 06")

    pages = [text(client.get(page)).replace(page, "") for page in (known, unknown)]
    pages = [re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page) for page in pages]
    assert pages[0].replace("05", "06") == pages[1].replace("05", "06")


# --- twice, back, and again -------------------------------------------------------------------


def test_a_double_click_sends_one_code(client: Client) -> None:
    form = str(uuid.uuid4())

    assert asked(client, form=form) == asked(client, form=form)
    assert DirectMessage.objects.count() == SignUp.objects.count() == 1


def test_a_form_without_its_key_still_works(client: Client) -> None:
    assert asked(client, form="")


def test_the_code_sent_twice_subscribes_once_and_lands_on_the_same_page(client: Client) -> None:
    page, code = asked(client), sent_code()

    first, second = client.post(page, {"code": code}), client.post(page, {"code": code})

    assert first["Location"] == second["Location"] == f"{page}done/"
    assert Subscription.objects.count() == 1


def test_going_back_to_the_code_afterwards_leads_to_the_end(client: Client) -> None:
    page = asked(client)
    client.post(page, {"code": sent_code()})

    assert client.get(page)["Location"] == f"{page}done/"
    assert client.post(f"{page}renew/")["Location"] == f"{page}done/"


def test_the_end_cannot_be_reached_without_the_code(client: Client) -> None:
    page = asked(client)

    assert client.get(f"{page}done/")["Location"] == page


def test_a_new_code_can_be_asked_for(client: Client) -> None:
    page = asked(client)

    answer = client.post(f"{page}renew/")

    assert answer.status_code == 302
    assert answer["Location"] != page
    assert client.post(answer["Location"], {"code": sent_code()}).status_code == 302
    assert Subscriber.objects.get().phone == "+46701740605"


def test_looking_changes_nothing(client: Client) -> None:
    page = asked(client)
    for address in ("/subscribe/", page, f"{page}message/", f"{page}done/"):
        client.get(address)

    assert client.get(f"{page}renew/").status_code == 405
    assert DirectMessage.objects.count() == SignUp.objects.count() == 1
    assert not Subscriber.objects.exists()


# --- what is wrong ----------------------------------------------------------------------------


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


# --- what became of the SMS -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (State.QUEUED, "Sms:et är på väg till +46 ••• •• 05"),
        (State.SENDING, "Sms:et är på väg till +46 ••• •• 05"),
        (State.IN_DOUBT, "Sms:et är på väg till +46 ••• •• 05"),
        (State.SENT, "Sms:et är på väg till +46 ••• •• 05"),
        (State.DELIVERED, "Sms:et har kommit fram till +46 ••• •• 05"),
        (State.FAILED, "Sms:et till +46 ••• •• 05 gick inte att leverera."),
        (State.WITHDRAWN, "Sms:et till +46 ••• •• 05 gick inte att leverera."),
    ],
)
def test_the_page_says_what_became_of_the_sms(client: Client, state: State, sentence: str) -> None:
    page = asked(client)
    DirectMessage.objects.update(state=state)

    assert sentence in text(client.get(page))
    piece = client.get(f"{page}message/")
    assert sentence in text(piece)
    assert "<html" not in text(piece)


def test_without_a_provider_nobody_is_asked_for_a_number(
    client: Client, settings: Settings
) -> None:
    settings.SMS_ENABLED = False

    for answer in (client.get("/subscribe/"), ask(client)):
        assert answer.status_code == 503
        assert "Vi skickar inga sms just nu" in text(answer)
        assert 'name="phone"' not in text(answer)
    assert not SignUp.objects.exists()


# --- what is never seen -----------------------------------------------------------------------


def test_the_number_is_in_no_address_no_page_and_no_log(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    page = asked(client)
    answers = [client.get(page), client.get(f"{page}message/")]
    answers += [client.post(page, {"code": "000000"})]
    code = sent_code()
    answers += [client.post(page, {"code": code}), client.get(f"{page}done/")]

    for answer in answers:
        assert DIGITS not in re.sub(r"\D", "", answer.content.decode())
        assert DIGITS not in answer.headers.get("Location", "")
        assert "no-store" in answer["Cache-Control"]
    assert DIGITS not in caplog.text
    assert code not in caplog.text


def test_a_form_from_another_site_is_refused(client: Client) -> None:
    strict = Client(enforce_csrf_checks=True, headers={"accept-language": "sv"})

    answer = strict.post("/subscribe/", filled())

    assert answer.status_code == 403
    assert "Vi kunde inte se att det var du" in text(answer)
    assert not SignUp.objects.exists()


def test_asking_costs_as_many_statements_for_one_place_as_for_all(
    client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    one, all_of_them = filled(), filled(areas=[area.code for area in given.city().values()])
    with django_assert_num_queries(2):
        client.get("/subscribe/")
    with django_assert_max_num_queries(20):
        client.post("/subscribe/", one)
    with django_assert_max_num_queries(20):
        client.post("/subscribe/", all_of_them)
