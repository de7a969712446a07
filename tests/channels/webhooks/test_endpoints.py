"""Registering receiving systems, and which of them a notice concerns."""

from __future__ import annotations

import uuid
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import hypothesis
import pytest
import time_machine
from cryptography.fernet import Fernet
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override
from hypothesis import strategies as st
from pytest_django import Settings

from notify.alerts.models import Area
from notify.channels.notice import Place
from notify.channels.webhooks import endpoints
from notify.channels.webhooks.endpoints import (
    BadAddress,
    Wanted,
    change,
    check_url,
    concerned,
    mark,
    register,
    rotate,
    secrets_of,
    switch_off,
    switch_on,
)
from notify.channels.webhooks.models import Endpoint, Off
from notify.residents.rotation import columns
from tests import given
from tests.channels.notices import BORÅS, FRISTAD, ÄSPERED, notice

pytestmark = pytest.mark.django_db
URL = "https://example.se/alerts"


def made(**changes: Any) -> Endpoint:
    wanted = Wanted(**({"name": "Intranätet", "url": URL} | changes))
    return register(wanted, key=uuid.uuid4())[0]


@pytest.mark.parametrize(
    "url", [URL, "https://example.se:8443/a?b=c", "https://åäö.example/", "https://1.1.1.1/"]
)
def test_an_address_on_the_open_internet_is_taken(url: str) -> None:
    check_url(url)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://example.se/", "must begin with https"),
        ("ftp://example.se/", "must begin with https"),
        ("example.se/alerts", "Write a whole address"),
        ("https://", "Write a whole address"),
        ("https:///alerts", "Write a whole address"),
        ("https://example.se:0x/", "Write a whole address"),
        ("https://example.se/a b", "Write a whole address"),
        ("https://[::1", "Write a whole address"),
        ("https://example..se/", "Write a whole address"),
        ("https://.se/", "Write a whole address"),
        ("https://" + "a" * 64 + ".se/", "Write a whole address"),
        ("https://example.se/\u202e", "Write a whole address"),
        ("https://user:pass@example.se/", "without a user name"),
        ("https://example.se/#part", "without a user name"),
        ("https://127.0.0.1/", "in a private network"),
        ("https://10.1.2.3:8443/", "in a private network"),
        ("https://169.254.169.254/latest/", "in a private network"),
        ("https://[::1]/", "in a private network"),
        ("https://[::ffff:10.0.0.1]/", "in a private network"),
        ("https://" + "a" * 500 + ".se/", "Write a whole address"),
    ],
)
def test_any_other_is_refused_with_a_sentence(url: str, said: str) -> None:
    with override("en"), pytest.raises(BadAddress, match=said):
        check_url(url)


@hypothesis.settings(max_examples=100)
@hypothesis.given(
    st.one_of(
        st.text(), st.text().map("https://{}".format), st.text().map("https://a.se:{}".format)
    )
)
def test_whatever_is_written_is_an_address_or_refused_with_a_sentence(url: str) -> None:
    refused = ""
    try:
        check_url(url)
    except BadAddress as bad:
        refused = str(bad)
    assert refused or url.lower().startswith("https://")


def test_a_network_of_our_own_may_be_told_without_tls(settings: Settings) -> None:
    settings.WEBHOOKS_ALLOW_NETWORKS = [ip_network("10.20.0.0/16")]
    check_url("http://10.20.1.1/hook")
    check_url("https://10.20.1.1/hook")
    with pytest.raises(BadAddress):
        check_url("http://10.21.1.1/hook")


def test_the_secret_is_told_once_and_kept_as_ciphertext() -> None:
    key = uuid.uuid4()
    endpoint, secret = register(Wanted("Intranätet", URL), key=key)
    assert secret.startswith("whsec_")
    assert secret not in endpoint.secret_cipher
    assert secrets_of(endpoint) == (secret,)
    assert register(Wanted("Intranätet", URL), key=key) == (endpoint, "")
    assert Endpoint.objects.count() == 1


def test_the_earlier_secret_signs_for_a_day_beside_the_new_one() -> None:
    endpoint, first = register(Wanted("Intranätet", URL), key=uuid.uuid4())
    second = rotate(endpoint, seen=mark(endpoint))
    endpoint.refresh_from_db()
    assert secrets_of(endpoint) == (second, first)
    with time_machine.travel(timezone.now() + timedelta(hours=24, seconds=1)):
        assert secrets_of(endpoint) == (second,)


def test_a_double_click_changes_the_secret_once() -> None:
    endpoint = made()
    seen = mark(endpoint)
    assert rotate(endpoint, seen=seen)
    assert rotate(endpoint, seen=seen) == ""


def test_secrets_move_to_a_new_key_with_the_numbers(settings: Settings) -> None:
    endpoint = made()
    (secret,) = secrets_of(endpoint)
    names = {str(column) for column in columns()}
    assert {"webhooks.endpoint.secret_cipher", "webhooks.endpoint.earlier_secret_cipher"} <= names
    settings.PHONE_KEYS = [Fernet.generate_key().decode(), *settings.PHONE_KEYS]
    assert secrets_of(endpoint) == (secret,)
    settings.PHONE_KEYS = settings.PHONE_KEYS[:1]
    assert secrets_of(endpoint) == ()


@pytest.mark.parametrize(
    ("areas", "places", "told"),
    [
        ([], (ÄSPERED,), True),
        (["1490TB121"], (ÄSPERED,), True),
        (["1490TB121"], (FRISTAD,), False),
        (["1490TB121"], (FRISTAD, ÄSPERED), True),
        # What it is part of, and its parts.
        (["1490TB121"], (BORÅS,), True),
        (["1490"], (ÄSPERED,), True),
        (["1490TB121", "1490TB108"], (FRISTAD,), True),
        (["149"], (ÄSPERED,), False),
        (["9999"], (ÄSPERED,), False),
    ],
)
def test_who_chose_areas_is_told_of_them_and_theirs(
    areas: list[str], places: tuple[Place, ...], told: bool
) -> None:
    given.city()
    endpoint = made(areas=areas)
    assert concerned(notice(places=places), ()) == ([endpoint.address] if told else [])


def test_an_area_that_is_out_of_use_still_stands_for_its_parts() -> None:
    given.city()
    Area.objects.filter(code="1490").update(active=False)
    endpoint = made(areas=["1490"])
    assert concerned(notice(places=(ÄSPERED,)), ()) == [endpoint.address]


def test_who_chose_services_is_told_of_them_alone() -> None:
    water, power = made(services=["water"]), made(services=["power", "heating"])
    assert concerned(notice(), ()) == [water.address]
    assert concerned(notice(service="power"), ()) == [power.address]


def test_who_heard_the_beginning_hears_the_rest_unless_switched_off() -> None:
    moved, off = made(areas=["1490TB108"]), made(areas=["1490TB108"])
    switch_off(off, Off.BY_HAND)
    told = [moved.address, off.address]
    assert concerned(notice(places=(ÄSPERED,)), told) == [moved.address]
    switch_on(off)
    assert sorted(concerned(notice(places=(ÄSPERED,)), told)) == sorted(told)


def test_the_first_reason_for_switching_off_stays() -> None:
    endpoint = made()
    switch_off(endpoint, Off.GONE)
    switch_off(endpoint, Off.BY_HAND)
    endpoint.refresh_from_db()
    assert endpoint.off_because == Off.GONE


def test_to_find_out_whom_it_concerns_takes_two_statements_however_many_there_are() -> None:
    given.city()
    for _ in range(5):
        made(areas=["1490TB121"])
    with CaptureQueriesContext(connection) as statements:
        assert len(concerned(notice(), ())) == 5
    assert len(statements) == 2


def test_a_change_keeps_the_secret() -> None:
    endpoint = made()
    before = secrets_of(endpoint)
    change(endpoint, Wanted("Intranätet", "https://example.se/new", services=["water"]))
    endpoint.refresh_from_db()
    assert (endpoint.url, endpoint.services) == ("https://example.se/new", ["water"])
    assert secrets_of(endpoint) == before
    with pytest.raises(BadAddress):
        change(endpoint, Wanted("Intranätet", "http://example.se/"))


def test_secrets_are_not_kept_for_longer_than_two() -> None:
    endpoint = made()
    first = secrets_of(endpoint)
    for _ in range(2):
        endpoints.rotate(endpoint, seen=mark(endpoint))
        endpoint.refresh_from_db()
    assert len(secrets_of(endpoint)) == 2
    assert first[0] not in secrets_of(endpoint)
