"""What comes in from outside: a provider's later word, and what people write."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from notify.channels.base import Outcome, Receipt
from notify.channels.memory import MemoryChannel
from notify.channels.signals import status_reported
from notify.dispatch.models import ReadText, State
from notify.dispatch.retention import forget
from notify.residents.managing import pause
from notify.residents.models import Consent, EndedReason, Mark, SignUp, Subscriber
from notify.residents.secrecy import blind_index
from notify.residents.services import Wish, end_subscriber, request_sign_up
from tests import given
from tests.dispatch import world
from tests.dispatch.conftest import Bells
from tests.dispatch.phones import PHONE, answers, write

pytestmark = pytest.mark.django_db

GOODBYE = (
    "Driftinformation: Du får inga fler sms från oss. Svara START om du ångrar dig, eller "
    "välkommen tillbaka på http://testserver"
)


def test_a_status_is_put_down() -> None:
    world.crowd(1)
    delivery = world.only(world.fan_out())

    status_reported.send(
        sender=None,
        reference=delivery.reference,
        receipt=Receipt(delivery.reference, Outcome.DELIVERED),
    )

    delivery.refresh_from_db()
    assert delivery.state == State.DELIVERED


@pytest.mark.parametrize("body", ["STOPP", "stop", "Stopp!", "Avsluta tack"])
def test_stopp_ends_everything_and_is_confirmed(memory: MemoryChannel, body: str) -> None:
    person = given.subscriber(PHONE)

    write(body)

    person.refresh_from_db()
    assert person.ended_reason == EndedReason.STOP
    assert not person.subscriptions.filter(ended_at=None).exists()
    assert person.consents.filter(kind=Consent.Kind.OPT_OUT).get().words == body
    assert answers(memory) == [
        (
            PHONE,
            GOODBYE,
        )
    ]


def test_the_answer_is_in_the_language_they_chose(memory: MemoryChannel) -> None:
    given.subscriber(PHONE, language="en")

    write("STOP")

    [(_address, words)] = answers(memory)
    assert words.startswith("Driftinformation: You will get no more SMS from us.")


def test_when_the_provider_has_answered_we_do_not(memory: MemoryChannel) -> None:
    person = given.subscriber(PHONE)

    write("STOP", answered=True)

    person.refresh_from_db()
    assert person.ended_at is not None
    assert answers(memory) == []


def test_a_second_stopp_is_not_answered(memory: MemoryChannel) -> None:
    given.subscriber(PHONE)

    write("STOPP")
    write("STOPP")

    assert len(answers(memory)) == 1
    assert Consent.objects.filter(kind=Consent.Kind.OPT_OUT).count() == 1


def test_help_is_answered_and_ends_nothing(memory: MemoryChannel) -> None:
    person = given.subscriber(PHONE)

    write("Hjälp")

    person.refresh_from_db()
    assert person.ended_at is None
    [(address, words)] = answers(memory)
    assert address == PHONE
    assert words.startswith(
        "Driftinformation: Svara INFO för att få veta vad som gäller nu, STOPP "
    )
    assert "STOPP ALLT för att avsluta allt" in words
    assert words.endswith("/manage/")


@pytest.mark.parametrize("body", ["När är vattnet tillbaka?", "", "👍"])
def test_other_words_are_not_answered(memory: MemoryChannel, body: str) -> None:
    given.subscriber(PHONE)

    write(body)

    assert answers(memory) == []


EVERYTHING = ["STOPP", "STOPP ALLT", "START", "INFO", "HJÄLP", "1", "0", "Hej"]
"""A message of each kind that is read, and one that is not."""


@pytest.mark.parametrize("body", EVERYTHING)
@pytest.mark.parametrize("address", ["+46701740699", "Vattenfall", ""])
def test_an_unknown_sender_gets_nothing(memory: MemoryChannel, body: str, address: str) -> None:
    given.subscriber(PHONE)

    write(body, address=address)

    assert answers(memory) == []
    assert Subscriber.objects.get().ended_at is None


@pytest.mark.parametrize("body", [body for body in EVERYTHING if body != "START"])
def test_who_has_left_is_written_to_no_more_whatever_they_write(
    memory: MemoryChannel, body: str
) -> None:
    given.subscriber(PHONE)
    write("STOPP ALLT", provider_id="SM1")
    before = len(answers(memory))

    write(body, provider_id="SM2")

    assert len(answers(memory)) == before
    assert Subscriber.objects.get().ended_at is not None


# --- once an hour, coming back, and unwanted codes --------------------------------------------


@pytest.mark.parametrize("body", ["HJÄLP", "START"])
def test_a_number_is_answered_once_an_hour(memory: MemoryChannel, body: str) -> None:
    given.subscriber(PHONE)
    given.subscriber("+46701740606")

    write(body)
    write(body)
    write(body, address="+46701740606")
    assert len(answers(memory)) == 2

    with time_machine.travel(timezone.now() + timedelta(minutes=61), tick=False):
        write(body)
        assert len(answers(memory)) == 3


def test_info_within_a_sentence_is_not_answered(memory: MemoryChannel) -> None:
    given.subscriber(PHONE)

    write("Info: jag är bortrest till fredag.")

    assert answers(memory) == []


def test_start_undoes_it(memory: MemoryChannel) -> None:
    person = given.subscriber(PHONE)
    write("STOPP")

    write("START")

    person.refresh_from_db()
    assert person.ended_at is None
    assert "Du får sms om Äspered igen." in answers(memory)[-1][1]


def test_start_tells_who_left_on_the_web_how_to_come_back(memory: MemoryChannel) -> None:
    person = given.subscriber(PHONE)
    end_subscriber(person, source=Consent.Source.WEB)

    write("START")

    person.refresh_from_db()
    assert person.ended_at is not None
    assert "välja dina områden på http://testserver" in answers(memory)[-1][1]


def test_start_ends_a_pause(memory: MemoryChannel) -> None:
    person = given.subscriber(PHONE)
    pause(person, timezone.now() + timedelta(days=7))

    write("START")

    person.refresh_from_db()
    assert not person.paused


def test_start_says_what_stands_to_who_has_not_left(memory: MemoryChannel) -> None:
    given.subscriber(PHONE)

    write("START")

    assert "Du får sms om Äspered. Svara STOPP" in answers(memory)[-1][1]


def test_who_is_back_hears_it_even_if_the_provider_has_answered(memory: MemoryChannel) -> None:
    given.subscriber(PHONE)
    write("STOP", answered=True)

    write("START", answered=True)

    [(_address, words)] = answers(memory)
    assert words == (
        "Driftinformation: Du får sms om Äspered igen. Svara STOPP för att avsluta. "
        "Ändra vad du får: http://testserver/manage/"
    )


def test_a_message_delivered_twice_is_read_once(memory: MemoryChannel) -> None:
    given.subscriber(PHONE)
    write("STOPP", provider_id="SMa")
    write("START", provider_id="SMb")

    write("STOPP", provider_id="SMa")

    assert Subscriber.objects.get().ended_at is None
    assert len(answers(memory)) == 2


def test_what_was_read_is_forgotten_after_a_day() -> None:
    given.subscriber(PHONE)
    write("INFO")
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
        write("INFO")

    assert ReadText.objects.count() == 1


def test_small_talk_costs_no_statement() -> None:
    given.subscriber(PHONE)

    with CaptureQueriesContext(connection) as captured:
        write("När är vattnet tillbaka?")

    assert [one for one in captured if "SAVEPOINT" not in one["sql"]] == []


@pytest.mark.parametrize("body", ["START", "UNSTOP", "HELP"])
def test_what_the_provider_answered_itself_is_not_answered_again(
    memory: MemoryChannel, body: str
) -> None:
    given.subscriber(PHONE)

    write(body, answered=True)

    assert answers(memory) == []


def test_stopp_from_a_number_that_only_gets_codes_stops_the_codes(memory: MemoryChannel) -> None:
    wish = Wish([given.city()["Äspered"]], [], "sv")
    assert not request_sign_up(PHONE, wish, client="192.0.2.1")[0].withheld

    write("STOPP")

    assert answers(memory) == []
    assert request_sign_up(PHONE, wish, client="192.0.2.1")[0].withheld
    assert not request_sign_up("+46701740606", wish, client="192.0.2.1")[0].withheld
    with time_machine.travel(timezone.now() + timedelta(days=31), tick=False):
        assert not request_sign_up(PHONE, wish, client="192.0.2.1")[0].withheld


def test_it_does_so_also_when_the_code_is_long_forgotten() -> None:
    wish = Wish([given.city()["Äspered"]], [], "sv")
    request_sign_up(PHONE, wish, client="192.0.2.1")

    with time_machine.travel(timezone.now() + timedelta(days=3), tick=False):
        forget()
        assert not SignUp.objects.exists()
        write("STOPP")

        assert request_sign_up(PHONE, wish, client="192.0.2.1")[0].withheld


def test_start_lets_the_codes_through_again() -> None:
    wish = Wish([given.city()["Äspered"]], [], "sv")
    request_sign_up(PHONE, wish, client="192.0.2.1")
    write("STOPP")

    write("START", answered=True)

    assert not request_sign_up(PHONE, wish, client="192.0.2.1")[0].withheld


def test_a_second_stopp_keeps_nobody_from_coming_back() -> None:
    given.subscriber(PHONE)
    write("STOPP")
    write("STOPP")

    wish = Wish([given.city()["Äspered"]], [], "sv")
    assert not request_sign_up(PHONE, wish, client="192.0.2.1")[0].withheld


def test_what_is_remembered_of_a_number_holds_no_number_and_goes_by_itself() -> None:
    wish = Wish([given.city()["Äspered"]], [], "sv")
    request_sign_up(PHONE, wish, client="192.0.2.1")
    write("STOPP")
    assert PHONE[3:] not in str(Mark.objects.values())

    with time_machine.travel(timezone.now() + timedelta(days=31), tick=False):
        write("STOPP", address="+46701740606")
    assert Mark.objects.get().phone_index == blind_index("+46701740606")


@pytest.mark.django_db(transaction=True)
def test_the_bell_rings_for_the_answer(bells: Bells) -> None:
    given.subscriber(PHONE)

    write("STOPP")

    assert bells.names() == ["send_direct"]
