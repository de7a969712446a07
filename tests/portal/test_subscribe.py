"""Subscribing: ask, type the code, done; and what is said when something is wrong."""

from __future__ import annotations

import re
import uuid

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from notify.alerts.vocabulary import Move
from notify.dispatch.models import Delivery, DirectMessage, State
from notify.residents.marks import block_codes
from notify.residents.models import SignUp, Subscriber, Subscription
from tests import given
from tests.portal.steps import DIGITS, alike, ask, asked, filled, text
from tests.portal.world import planned, say, sent_code, words

pytestmark = pytest.mark.django_db


# --- the way through --------------------------------------------------------------------------


def test_number_then_code_then_done(client: Client) -> None:
    page = asked(client)
    assert not Subscriber.objects.exists()
    assert "Sms:et är på väg till +46 ••• •• 05" in text(client.get(page))

    answer = client.post(page, {"code": sent_code()}, follow=True)

    assert answer.status_code == 200
    assert answer.redirect_chain == [(f"{page}done/", 302)]
    for part in ("Klart.", "Äspered", "Alla tjänster", "Svara STOPP", "+46 ••• •• 05"):
        assert part in text(answer)
    assert Subscriber.objects.get().phone == "+46701740605"


def test_who_is_done_sees_what_holds_there_of_what_they_want_to_hear_of(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    city, power = given.city(), given.service("power")
    boil = say(words=words("Koka vattnet"), areas=[city["Borås"]], advice={"drink": "boil"})
    soon = planned(words=words("Vi spolar"), areas=[city["Äspered"]])
    others = [
        say(words=words("Mörkt"), service=power),
        say(words=words("Ej här"), areas=[city["Fristad"]]),
        say(Move.RESOLVE, say(words=words("Lagat"))),
    ]
    page = asked(client, services=["water"])
    client.post(page, {"code": sent_code()})

    with django_assert_max_num_queries(12):
        done = text(client.get(f"{page}done/"))

    for alert in (boil, soon):
        assert f'href="/a/{alert.code}/"' in done
    assert "Koka vattnet innan du dricker det" in done
    for alert in others:
        assert alert.code not in done
    assert not Delivery.objects.exists()


def test_who_is_done_where_nothing_is_wrong_is_told_so(client: Client) -> None:
    page = asked(client)

    done = text(client.post(page, {"code": sent_code()}, follow=True))

    assert "Vi känner inte till några störningar eller planerade arbeten där." in done


def test_in_english_everything_is_in_english_and_so_are_the_messages(english: Client) -> None:
    page = asked(english)
    assert "Type in the code" in text(english.get(page))

    answer = english.post(page, {"code": sent_code()}, follow=True)

    assert "Answer STOPP to an SMS from us to end the area" in text(answer)
    assert Subscriber.objects.get().language == "en"


def test_nobody_is_told_to_answer_a_sender_that_cannot_be_answered(
    client: Client, settings: Settings
) -> None:
    settings.SMS_REPLIES = False
    page = asked(client)

    done = client.post(page, {"code": sent_code()}, follow=True)

    for shown in (client.get("/subscribe/"), client.get("/about/"), done):
        assert "I varje sms från oss står det var du avslutar." in text(shown)
        assert "STOPP" not in text(shown)


def test_all_services_ticked_means_those_added_later_too(client: Client) -> None:
    client.post(asked(client), {"code": sent_code()})

    assert Subscription.objects.get().service is None


def test_some_services_ticked_means_just_those(client: Client) -> None:
    client.post(asked(client, services=["power"]), {"code": sent_code()})

    assert Subscription.objects.get().service == given.service("power")


def test_only_what_is_serious_is_a_box_to_tick_and_is_told_at_the_end(client: Client) -> None:
    answer = client.post(asked(client, serious_only="on"), {"code": sent_code()}, follow=True)

    assert Subscription.objects.get().serious_only
    assert "Bara det som är allvarligt" in text(answer)


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

    pages = [alike(client.get(page)) for page in (known, unknown)]
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


def test_whoever_has_lost_their_session_goes_on_where_they_were(client: Client) -> None:
    page, code = asked(client), sent_code()
    fresh = Client(headers={"accept-language": "sv"}, enforce_csrf_checks=True)

    opened = fresh.get(page)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', text(opened))
    assert token
    answer = fresh.post(page, {"code": code, "csrfmiddlewaretoken": token[1]})

    assert answer["Location"] == f"{page}done/"
    assert Subscription.objects.count() == 1


def test_two_tabs_that_subscribe_to_the_same_leave_one_subscription(client: Client) -> None:
    tabs = [(asked(client), sent_code()) for _ in range(2)]

    for page, code in tabs:
        assert client.post(page, {"code": code})["Location"] == f"{page}done/"

    assert Subscriber.objects.count() == 1
    assert Subscription.objects.filter(ended_at=None).count() == 1


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

    assert client.get(f"{page}renew/")["Location"] == page
    assert DirectMessage.objects.count() == SignUp.objects.count() == 1
    assert not Subscriber.objects.exists()


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


@pytest.mark.parametrize("renewed", [False, True])
def test_whoever_wrote_stop_is_told_how_to_come_back(
    client: Client, settings: Settings, renewed: bool
) -> None:
    settings.NOTIFY_CHANNELS = ["notify.channels.sms.channel.SmsChannel"]
    settings.TWILIO_SENDER = "+46766860000"
    page = asked(client)
    if renewed:
        page = client.post(f"{page}renew/")["Location"]
    DirectMessage.objects.update(state=State.FAILED, error="21610")

    for address in (page, f"{page}message/"):
        words = text(client.get(address))
        assert "Skicka START i ett sms till +46766860000." in words
        assert "telefonen är på" not in words


def test_without_a_number_to_write_to_they_answer_an_sms(
    client: Client, settings: Settings
) -> None:
    settings.NOTIFY_CHANNELS = ["notify.channels.sms.channel.SmsChannel"]
    settings.TWILIO_SENDER = "Notify"
    page = asked(client)
    DirectMessage.objects.update(state=State.FAILED, error="21610")

    assert "Svara START på något sms" in text(client.get(f"{page}message/"))


def test_a_number_that_wants_no_codes_gets_none_and_the_asker_cannot_tell(client: Client) -> None:
    ordinary = asked(client, phone="070-174 06 06")
    asked(client)
    DirectMessage.objects.filter(sign_up__isnull=False).update(state=State.SENT)
    block_codes("+46701740605")
    sent = DirectMessage.objects.count()

    page = asked(client)
    assert client.post(f"{page}renew/").status_code == 302

    withheld = DirectMessage.objects.order_by("pk")[sent:]
    assert {(one.state, one.address_cipher, one.body_cipher) for one in withheld} == {
        (State.WITHDRAWN, "", "")
    }
    pages = [alike(client.get(one)) for one in (ordinary, page)]
    assert pages[0].replace("+46 ••• •• 06", "+46 ••• •• 05") == pages[1]


def test_a_double_click_on_a_new_code_sends_one(client: Client) -> None:
    page = asked(client)
    form = re.search(r'name="form" value="([^"]+)"', text(client.get(page)))
    assert form

    first, second = (client.post(f"{page}renew/", {"form": form[1]}) for _ in range(2))

    assert first["Location"] == second["Location"] != page
    assert DirectMessage.objects.count() == 2


def test_a_number_that_no_key_reads_any_more_is_left_out(client: Client) -> None:
    page, code = asked(client), sent_code()
    SignUp.objects.update(phone_cipher="unreadable")

    assert "Vi kan inte längre läsa numret" in text(client.get(page))
    assert client.post(f"{page}renew/")["Location"] == "/subscribe/"
    answer = client.post(page, {"code": code}, follow=True)
    assert answer.status_code == 200
    assert "Klart." in text(answer)
    assert "•" not in text(answer)


def test_without_a_provider_nobody_is_asked_for_a_number(
    client: Client, settings: Settings
) -> None:
    settings.SMS_ENABLED = False

    for answer in (client.get("/subscribe/"), ask(client)):
        assert answer.status_code == 503
        assert "Vi skickar inga sms just nu" in text(answer)
        assert 'name="phone"' not in text(answer)
    assert not SignUp.objects.exists()
    for page in ("/", "/about/", f"/a/{say().code}/"):
        assert "/subscribe/" not in text(client.get(page)), "no page promises what nobody can have"


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


def test_asking_costs_as_many_statements_for_one_place_as_for_all(
    client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    one, all_of_them = filled(), filled(areas=[area.code for area in given.city().values()])
    with django_assert_num_queries(2):
        client.get("/subscribe/")
    with django_assert_max_num_queries(21):
        client.post("/subscribe/", one)
    with django_assert_max_num_queries(21):
        client.post("/subscribe/", all_of_them)
