"""Subscribing with a code, within limits, and leaving with a word."""

from __future__ import annotations

import logging
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone, translation

from notify.residents.models import Consent, EndedReason, SignUp, Subscriber, Subscription
from notify.residents.secrecy import blind_index
from notify.residents.services import (
    AlreadyRequested,
    Wish,
    WrongCode,
    confirm_sign_up,
    opt_out,
    renew_sign_up,
    request_sign_up,
)
from tests import given

pytestmark = pytest.mark.django_db

PHONE = "+46701740605"
NEIGHBOUR = "+46701740606"


def wish(
    *places: str,
    services: tuple[str, ...] = (),
    language: str = "sv",
    serious_only: bool = False,
) -> Wish:
    areas = given.city()
    return Wish(
        [areas[place] for place in places or ("Äspered",)],
        [given.service(slug) for slug in services],
        language,
        serious_only,
    )


def ask(
    phone: str = PHONE, what: Wish | None = None, client: str = "192.0.2.1"
) -> tuple[SignUp, str]:
    return request_sign_up(phone, what or wish(), client=client)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def standing(phone: str = PHONE) -> set[tuple[str, str | None]]:
    """(area, service) of what stands for a number; None for every service."""
    rows = Subscription.objects.filter(subscriber__phone_index=blind_index(phone), ended_at=None)
    return {(row.area.name, row.service.slug if row.service else None) for row in rows}


# --- asking -----------------------------------------------------------------------------------


def test_asking_subscribes_nobody() -> None:
    ask()

    assert not Subscriber.objects.exists()


def test_the_right_code_subscribes_with_language_places_and_services() -> None:
    sign_up, code = ask(what=wish("Äspered", "Fristad", services=("water",), language="en"))

    subscriber = confirm_sign_up(sign_up.key, code)

    assert subscriber.phone == PHONE
    assert subscriber.language == "en"
    assert standing() == {("Äspered", "water"), ("Fristad", "water")}


def test_no_service_named_means_every_one() -> None:
    given.subscriber(PHONE)

    assert standing() == {("Äspered", None)}


def test_only_what_is_serious_may_be_asked_for_also_with_a_second_code() -> None:
    sign_up, _lost = ask(what=wish(serious_only=True))

    renewed, code = renew_sign_up(sign_up, client="192.0.2.1")
    confirm_sign_up(renewed.key, code)

    assert Subscription.objects.get().serious_only


def test_consent_is_on_record_with_its_time_and_how_it_was_given() -> None:
    before = timezone.now()
    subscriber = given.subscriber(PHONE)

    consent = Consent.objects.get()
    assert (consent.subscriber, consent.kind, consent.source) == (subscriber, "opt-in", "web")
    assert before <= consent.at <= timezone.now()


@pytest.mark.parametrize("typed", ["{}", " {} ", "{0[0]}{0[1]}{0[2]} {0[3]}{0[4]}{0[5]}"])
def test_spaces_around_and_within_the_code_are_forgiven(typed: str) -> None:
    sign_up, code = ask()

    assert confirm_sign_up(sign_up.key, typed.format(code)).phone == PHONE


# --- a double click, and a code that did not come ---------------------------------------------


def test_a_double_click_asks_for_one_code() -> None:
    form = uuid.uuid4()
    sign_up, _code = request_sign_up(PHONE, wish(), client="192.0.2.1", form=form)

    with pytest.raises(AlreadyRequested) as refusal:
        request_sign_up(PHONE, wish(), client="192.0.2.1", form=form)

    assert refusal.value.key == sign_up.key
    assert SignUp.objects.count() == 1


def test_another_number_or_another_wish_from_the_same_form_is_another_request() -> None:
    form = uuid.uuid4()
    client = "192.0.2.1"

    keys = {
        request_sign_up(PHONE, wish(), client=client, form=form)[0].key,
        request_sign_up(NEIGHBOUR, wish(), client=client, form=form)[0].key,
        request_sign_up(PHONE, wish("Fristad"), client=client, form=form)[0].key,
        request_sign_up(PHONE, wish(language="en"), client=client, form=form)[0].key,
        request_sign_up(PHONE, wish(services=("water",)), client=client, form=form)[0].key,
        request_sign_up(PHONE, wish(serious_only=True), client=client, form=form)[0].key,
    }

    assert len(keys) == 6


def test_the_same_form_again_after_the_code_has_expired_gets_a_new_code() -> None:
    form = uuid.uuid4()
    first, _code = request_sign_up(PHONE, wish(), client="192.0.2.1", form=form)

    with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=False):
        second, code = request_sign_up(PHONE, wish(), client="192.0.2.1", form=form)
        assert confirm_sign_up(second.key, code).phone == PHONE

    assert first.key != second.key


def test_a_new_code_carries_the_same_wish() -> None:
    sign_up, _old = ask(what=wish("Äspered", "Fristad", services=("water",), language="en"))

    renewed, code = renew_sign_up(sign_up, client="192.0.2.1")
    subscriber = confirm_sign_up(renewed.key, code)

    assert renewed.key != sign_up.key
    assert (subscriber.phone, subscriber.language) == (PHONE, "en")
    assert standing() == {("Äspered", "water"), ("Fristad", "water")}


# --- wrong, late and used codes ---------------------------------------------------------------


def test_four_wrong_tries_leave_room_for_the_right_one() -> None:
    sign_up, code = ask()
    for _ in range(4):
        with pytest.raises(WrongCode):
            confirm_sign_up(sign_up.key, wrong(code))

    assert confirm_sign_up(sign_up.key, code).phone == PHONE


def test_after_five_wrong_tries_even_the_right_code_opens_nothing() -> None:
    sign_up, code = ask()
    for _ in range(5):
        with pytest.raises(WrongCode):
            confirm_sign_up(sign_up.key, wrong(code))

    with translation.override("en"), pytest.raises(WrongCode, match="no longer valid"):
        confirm_sign_up(sign_up.key, code)
    assert not Subscriber.objects.exists()


def test_the_last_wrong_try_says_to_ask_for_a_new_code() -> None:
    sign_up, code = ask()
    for _ in range(4):
        with pytest.raises(WrongCode):
            confirm_sign_up(sign_up.key, wrong(code))

    with translation.override("en"), pytest.raises(WrongCode, match="Ask for a new one"):
        confirm_sign_up(sign_up.key, wrong(code))


@pytest.mark.parametrize(("minutes", "valid"), [(9.9, True), (10.1, False)])
def test_a_code_lives_ten_minutes(minutes: float, valid: bool) -> None:
    sign_up, code = ask()

    with time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=False):
        if valid:
            assert confirm_sign_up(sign_up.key, code).phone == PHONE
        else:
            with pytest.raises(WrongCode):
                confirm_sign_up(sign_up.key, code)


def test_a_code_opens_no_other_sign_up() -> None:
    _mine, code = ask()
    other, _code = ask(NEIGHBOUR)

    with pytest.raises(WrongCode):
        confirm_sign_up(other.key, code)


def test_a_sign_up_that_nobody_made_is_refused_like_an_old_one() -> None:
    with translation.override("en"), pytest.raises(WrongCode, match="no longer valid"):
        confirm_sign_up(uuid.uuid4(), "123456")


@pytest.mark.parametrize("typed", ["", "abc", "１２３４５６", "\0", "9" * 5000, "☃"])
def test_any_text_is_only_a_wrong_code(typed: str) -> None:
    sign_up, _code = ask()

    with pytest.raises(WrongCode):
        confirm_sign_up(sign_up.key, typed)


def test_the_same_code_twice_subscribes_once() -> None:
    sign_up, code = ask()

    first, second = confirm_sign_up(sign_up.key, code), confirm_sign_up(sign_up.key, code)

    assert first == second
    assert Subscription.objects.count() == 1
    assert Consent.objects.count() == 1


def test_the_right_code_as_the_last_try_may_be_clicked_twice() -> None:
    sign_up, code = ask()
    for _try in range(4):
        with pytest.raises(WrongCode):
            confirm_sign_up(sign_up.key, wrong(code))
    first = confirm_sign_up(sign_up.key, code)

    assert confirm_sign_up(sign_up.key, code) == first
    with pytest.raises(WrongCode):
        confirm_sign_up(sign_up.key, wrong(code))
    with (
        time_machine.travel(timezone.now() + timedelta(minutes=11), tick=False),
        pytest.raises(WrongCode),
    ):
        confirm_sign_up(sign_up.key, code)


def test_a_used_code_does_not_bring_back_who_has_left() -> None:
    sign_up, code = ask()
    confirm_sign_up(sign_up.key, code)
    opt_out(PHONE, source="sms", words="STOPP")

    confirm_sign_up(sign_up.key, code)

    assert standing() == set()
    assert Subscriber.objects.get().ended_at is not None


# --- subscribing again, and leaving -----------------------------------------------------------


def test_subscribing_to_a_second_place_keeps_the_first() -> None:
    given.subscriber(PHONE, areas=[given.city()["Äspered"]])
    given.subscriber(PHONE, areas=[given.city()["Fristad"]], services=[given.service("power")])

    assert standing() == {("Äspered", None), ("Fristad", "power")}
    assert Subscriber.objects.count() == 1


def test_subscribing_to_the_same_place_again_replaces_its_services() -> None:
    given.subscriber(PHONE, services=[given.service("water"), given.service("power")])
    given.subscriber(PHONE, services=[given.service("power")], language="en")

    assert standing() == {("Äspered", "power")}
    assert Subscriber.objects.get().language == "en"
    replaced = Subscription.objects.exclude(ended_at=None)
    assert {row.ended_reason for row in replaced} == {EndedReason.REPLACED}


@pytest.mark.parametrize(
    ("source", "reason"), [("sms", "stop"), ("web", "web"), ("provider", "provider")]
)
def test_leaving_ends_everything_and_keeps_the_evidence(source: str, reason: str) -> None:
    given.subscriber(PHONE, areas=[*given.city().values()])

    gone = opt_out(PHONE, source=source, words="Stopp tack")

    subscriber = Subscriber.objects.get()
    assert gone == subscriber
    assert (subscriber.ended_reason, standing()) == (reason, set())
    assert set(Subscription.objects.values_list("ended_reason", flat=True)) == {reason}
    last = Consent.objects.last()
    assert last is not None
    assert (last.kind, last.source, last.words) == ("opt-out", source, "Stopp tack")


@pytest.mark.parametrize("words", ["STOPP\0 nu", "STOPP\ud800 nu", "STOPP nu" + "!" * 5000])
def test_no_words_keep_anybody_from_leaving(words: str) -> None:
    person = given.subscriber(PHONE)

    assert opt_out(PHONE, source="sms", words=words) == person

    assert standing() == set()
    assert person.consents.latest("pk").words.startswith("STOPP nu")


def test_leaving_twice_or_without_having_come_says_so_and_changes_nothing() -> None:
    given.subscriber(PHONE)
    opt_out(PHONE, source="sms")
    count = Consent.objects.count()

    assert opt_out(PHONE, source="sms") is None
    assert opt_out(NEIGHBOUR, source="sms") is None
    assert Consent.objects.count() == count


def test_leaving_leaves_the_neighbours_alone() -> None:
    given.subscriber(NEIGHBOUR)
    given.subscriber(PHONE)

    opt_out(PHONE, source="sms")

    assert standing(NEIGHBOUR) == {("Äspered", None)}


def test_who_has_left_may_come_back() -> None:
    given.subscriber(PHONE)
    opt_out(PHONE, source="sms")

    subscriber = given.subscriber(PHONE, areas=[given.city()["Fristad"]])

    assert (subscriber.ended_at, subscriber.ended_reason) == (None, "")
    assert standing() == {("Fristad", None)}
    kinds = list(Consent.objects.values_list("kind", flat=True))
    assert kinds == ["opt-in", "opt-out", "opt-in"]


# --- what is never seen -----------------------------------------------------------------------


def test_no_number_and_no_code_is_in_the_tables_the_names_or_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    sign_up, code = ask()
    with pytest.raises(WrongCode) as refusal:
        confirm_sign_up(sign_up.key, wrong(code))
    subscriber = confirm_sign_up(sign_up.key, code)

    seen = [caplog.text, str(refusal.value), str(refusal.value.__context__)]
    for row in (sign_up, subscriber, Subscription.objects.get(), Consent.objects.get()):
        seen += [str(row), repr(row), str(vars(row))]
    for text in seen:
        assert PHONE[3:] not in text
    for text in seen:
        assert f"'{code}'" not in text
