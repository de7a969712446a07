"""A person is told everything that is held on their number, and nothing of anybody else."""

from __future__ import annotations

import json
import uuid

import pytest
from django.db.models import Model

from notify.dispatch import direct
from notify.dispatch.erasure import erase_number
from notify.dispatch.export import held_on_number
from notify.dispatch.models import Delivery, DirectMessage, StillWithout
from notify.residents import marks
from notify.residents.limits import TooManyCodes, put_down
from notify.residents.models import (
    Consent,
    Mark,
    Refusal,
    Reveal,
    SignUp,
    Subscriber,
    Subscription,
)
from notify.residents.secrecy import blind_index
from notify.residents.services import Wish, opt_out, request_sign_up
from tests import given
from tests.dispatch import world

pytestmark = pytest.mark.django_db

PHONE, NEIGHBOUR = "+46701740605", "+46701740606"


def test_everything_that_is_held_is_told() -> None:
    city = given.city()
    water = given.service("water")
    person = given.subscriber(PHONE, areas=[city["Äspered"]], services=[water], language="en")
    dispatch = world.fan_out()
    sign_up, code = request_sign_up(
        PHONE, Wish([city["Fristad"]], [], "en"), client=str(uuid.uuid4())
    )
    direct.send_code(sign_up, code, PHONE)
    marks.may_answer(PHONE)
    put_down(TooManyCodes(Refusal.Limit.NUMBER, blind_index(PHONE)))
    Reveal.objects.create(subscriber=person, by=given.editor(), reason="KS 2026/1")
    opt_out(PHONE, source="sms", words="Stopp tack")

    told = held_on_number(PHONE)

    assert {one["phone"] for one in (*told["subscribers"], *told["sign_ups"])} == {PHONE}
    [subscriber] = told["subscribers"]
    assert (subscriber["language"], subscriber["ended_reason"]) == ("en", "stop")
    [subscription] = told["subscriptions"]
    assert subscription["areas"] == [{"code": "1490TB121", "name": "Äspered"}]
    assert [service["slug"] for service in subscription["services"]] == ["water"]
    consents = [(one["kind"], one["source"], one["words"]) for one in told["consents"]]
    assert consents == [("opt-in", "web", ""), ("opt-out", "sms", "Stopp tack")]
    assert [one["areas"][0]["name"] for one in told["sign_ups"]] == ["Äspered", "Fristad"]
    assert [one["kind"] for one in told["marks"]] == ["answered"]
    [message] = told["messages"]
    assert message["alert"] == world.alert_of(dispatch).code
    assert message["headline"] == given.WORDS["en"]["headline"]
    assert (message["state"], message["update"]) == ("sent", 1)
    assert [one["purpose"] for one in told["direct_messages"]] == ["code"]
    assert [one["reason"] for one in told["reveals"]] == ["KS 2026/1"]


UNTOLD = {
    # Digests say nothing without our keys, ciphertext says what "phone" says.
    "phone_cipher", "phone_index", "client_index", "range_index", "code_digest", "digest",
    "address_cipher", "body_cipher",
    # Names of rows and of addresses; when a worker looks next; whose of the staff looked.
    "id", "key", "address", "due_at", "by",
    # How what is told hangs together.
    "subscriber", "sign_up", "dispatch", "batch", "moves", "area", "service", "areas", "services",
}  # fmt: skip


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        (Subscriber, "subscribers"),
        (Subscription, "subscriptions"),
        (Consent, "consents"),
        (SignUp, "sign_ups"),
        (Mark, "marks"),
        (Refusal, "refusals"),
        (Delivery, "messages"),
        (StillWithout, "answers"),
        (DirectMessage, "direct_messages"),
        (Reveal, "reveals"),
    ],
)
def test_no_column_about_a_person_is_left_out(model: type[Model], kind: str) -> None:
    person = given.subscriber(PHONE)
    dispatch = world.fan_out()
    [area] = dispatch.update.alert.areas.all()[:1]
    StillWithout.objects.create(dispatch=dispatch, subscriber=person, area=area)
    sign_up, code = request_sign_up(PHONE, Wish([], [], "sv"), client="192.0.2.1")
    direct.send_code(sign_up, code, PHONE)
    marks.may_answer(PHONE)
    put_down(TooManyCodes(Refusal.Limit.NUMBER, blind_index(PHONE)))
    Reveal.objects.create(subscriber=person, by=given.editor(), reason="KS 2026/1")

    [told, *_more] = held_on_number(PHONE)[kind]

    assert {field.name for field in model._meta.get_fields() if field.concrete} - UNTOLD <= set(
        told
    )


def test_it_is_json_with_times_that_say_their_offset() -> None:
    given.subscriber(PHONE)

    told = json.loads(json.dumps(held_on_number(PHONE)))

    assert told["subscribers"][0]["created_at"].endswith("+00:00")
    assert told["subscribers"][0]["ended_at"] is None


def test_no_code_can_be_read_out_of_it() -> None:
    sign_up, code = request_sign_up(
        PHONE, Wish([given.city()["Äspered"]], [], "sv"), client="192.0.2.1"
    )
    direct.send_code(sign_up, code, PHONE)

    written = json.dumps(held_on_number(PHONE))

    assert f'"{code}' not in written
    assert f" {code} " not in written
    assert sign_up.code_digest not in written


def test_of_a_stranger_nothing_is_held() -> None:
    given.subscriber(NEIGHBOUR)
    world.fan_out()
    Reveal.objects.create(subscriber=None, by=given.editor(), reason="KS 2026/1")

    told = held_on_number(PHONE)

    assert all(value == [] for value in told.values()), told


def test_after_erasure_nothing_is_held() -> None:
    given.subscriber(PHONE)
    world.fan_out()
    erase_number(PHONE)

    told = held_on_number(PHONE)

    assert not any(told.values())


def test_what_was_sent_costs_no_statement_each(django_assert_max_num_queries: object) -> None:
    given.subscriber(PHONE)
    for _time in range(5):
        world.fan_out()

    with django_assert_max_num_queries(14):  # type: ignore[operator]
        assert len(held_on_number(PHONE)["messages"]) == 5
