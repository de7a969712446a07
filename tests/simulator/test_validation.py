"""The refusals, as the official client meets them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.simulator.conftest import PHONE
from tests.simulator_fixture import Simulator

Send = Callable[..., Any]


def refusal(send: Send, **fields: Any) -> tuple[int, int | None]:
    with pytest.raises(TwilioRestException) as refused:
        send(**fields)
    assert refused.value.msg
    return refused.value.status, refused.value.code


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"to": ""}, 21604),
        ({"to": "070-174 06 10"}, 21211),
        ({"to": "+46"}, 21211),
        ({"from_": None}, 21603),
        ({"from_": "Borås kommun"}, 21212),
        ({"from_": "BorasKommunen"}, 21212),
        ({"from_": None, "messaging_service_sid": "MG1"}, 21701),
        ({"body": ""}, 21602),
        ({"body": "x" * 1601}, 21617),
        ({"status_callback": "boras.example/callback"}, 21609),
        ({"status_callback": "http://[::1/callback"}, 21609),
        ({"validity_period": 0}, 90007),
        ({"validity_period": 36001}, 90007),
        ({"validity_period": "9" * 5000}, 90007),
    ],
)
def test_a_bad_field_is_refused_with_twilios_code(
    send: Send, simulator: Simulator, fields: dict[str, Any], code: int
) -> None:
    assert refusal(send, **fields) == (400, code)
    assert simulator.ledger() == []


def test_a_region_that_is_not_permitted_is_refused(send: Send, simulator: Simulator) -> None:
    simulator.set_faults(disabled_regions=["+7"])
    assert refusal(send, to="+79161234567") == (400, 21408)
    assert send().status == "queued"


def test_a_number_may_be_refused_by_its_fate(send: Send, simulator: Simulator) -> None:
    simulator.set_faults(fates={PHONE: 21614})
    assert refusal(send) == (400, 21614)


def test_separators_in_a_number_do_not_matter(send: Send) -> None:
    assert send(to="+46 (70) 174-06 10").to == PHONE


def test_the_longest_body_is_accepted(send: Send) -> None:
    assert send(body="x" * 1600).num_segments == "11"


@pytest.mark.parametrize("sender", ["Boras Stad", "71234", "+46701740605"])
def test_names_short_codes_and_numbers_may_send(send: Send, sender: str) -> None:
    assert send(from_=sender).from_ == sender
