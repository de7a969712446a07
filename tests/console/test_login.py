"""Logging in and out."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from notify.console.models import LoginAttempts
from notify.console.throttle import ATTEMPTS, ATTEMPTS_ON_A_NAME, REMEMBERED
from tests.console.conftest import PASSWORD
from tests.console.world import text

LOGIN = "/console/login/"
WRONG = "Användarnamnet och lösenordet hör inte ihop. Försök igen."


def log_in(browser: Client, name: str, password: str, **extra: str) -> tuple[int, str]:
    answer = browser.post(LOGIN, {"username": name, "password": password} | extra)
    return answer.status_code, text(answer) if answer.status_code != 302 else answer["Location"]


def test_an_editor_gets_in(stranger: Client, karin: User) -> None:
    assert log_in(stranger, "karin", PASSWORD) == (302, "/console/")


def test_an_editor_gets_to_the_page_they_wanted(stranger: Client, karin: User) -> None:
    wanted = reverse("console:new")
    assert log_in(stranger, "karin", PASSWORD, next=wanted) == (302, wanted)


def test_nobody_is_led_to_another_site(stranger: Client, karin: User) -> None:
    assert log_in(stranger, "karin", PASSWORD, next="https://example.com/") == (302, "/console/")


def test_a_wrong_password_and_an_unknown_name_get_the_same_sentence(
    stranger: Client, karin: User
) -> None:
    for name, password in (("karin", "fel-fel-fel"), ("ingen", PASSWORD), ("karin", "")):
        status, page = log_in(stranger, name, password)
        assert status == 422
        assert (WRONG in page) == bool(password)


def test_an_inactive_account_gets_the_same_sentence(stranger: Client, karin: User) -> None:
    karin.is_active = False
    karin.save()
    status, page = log_in(stranger, "karin", PASSWORD)
    assert (status, WRONG in page) == (422, True)


def test_staff_who_may_not_publish_get_a_sentence_and_no_session(
    stranger: Client, nils: User
) -> None:
    status, page = log_in(stranger, "nils", PASSWORD)
    assert status == 422
    assert "Ditt konto får inte publicera meddelanden." in page
    assert "_auth_user_id" not in stranger.session


def test_guessing_is_stopped_even_if_the_last_guess_is_right(stranger: Client, karin: User) -> None:
    for _ in range(ATTEMPTS):
        assert log_in(stranger, "karin", "fel-fel-fel")[0] == 422
    status, page = log_in(stranger, "karin", PASSWORD)
    assert status == 429
    assert "För många försök. Vänta en kvart" in page


def test_somebody_elses_guesses_from_elsewhere_lock_nobody_out(
    stranger: Client, karin: User
) -> None:
    for _ in range(ATTEMPTS):
        log_in(stranger, "karin", "fel-fel-fel")
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert log_in(elsewhere, "karin", PASSWORD)[0] == 302


def test_whoever_has_many_computers_has_not_many_more_guesses(
    stranger: Client, karin: User
) -> None:
    for number in range(ATTEMPTS_ON_A_NAME):
        elsewhere = Client(REMOTE_ADDR=f"198.51.100.{number}")
        assert log_in(elsewhere, "Karin ", "fel-fel-fel")[0] == 422
    assert log_in(Client(REMOTE_ADDR="192.0.2.7"), "karin", PASSWORD)[0] == 429


def test_one_computer_alone_locks_nobody_out(stranger: Client, karin: User) -> None:
    for _ in range(ATTEMPTS_ON_A_NAME + 1):
        log_in(stranger, "karin", "fel-fel-fel")
    assert log_in(Client(REMOTE_ADDR="192.0.2.7"), "karin", PASSWORD)[0] == 302


def test_after_a_quarter_of_an_hour_it_is_forgotten(stranger: Client, karin: User) -> None:
    for _ in range(ATTEMPTS + 1):
        log_in(stranger, "karin", "fel-fel-fel")
    with time_machine.travel(timezone.now() + REMEMBERED, tick=False):
        assert log_in(Client(REMOTE_ADDR="192.0.2.7"), "ingen", PASSWORD)[0] == 422
        assert LoginAttempts.objects.count() == 2  # the nobody's own
        assert log_in(stranger, "karin", PASSWORD)[0] == 302


def test_neither_names_nor_addresses_are_kept(stranger: Client, karin: User) -> None:
    log_in(stranger, "karin", "fel-fel-fel")
    assert "karin" not in str(LoginAttempts.objects.values())
    assert "127.0.0.1" not in str(LoginAttempts.objects.values())


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_guesses_side_by_side_are_all_counted() -> None:
    User.objects.create_user("karin", password=PASSWORD, is_staff=True)
    together = threading.Barrier(30)

    def guess(_number: int) -> int:
        together.wait()
        try:
            return log_in(Client(), "karin", "fel-fel-fel")[0]
        finally:
            connection.close()

    with ThreadPoolExecutor(30) as threads:
        outcomes = Counter(threads.map(guess, range(30)))

    assert outcomes == {422: ATTEMPTS, 429: 30 - ATTEMPTS}


# --- the admin's login ------------------------------------------------------------------------


def admin_log_in(browser: Client, name: str, password: str) -> int:
    form = {"username": name, "password": password, "next": "/admin/"}
    return browser.post("/admin/login/", form).status_code


def test_guesses_at_the_admins_login_count_as_well(stranger: Client, karin: User) -> None:
    for _ in range(ATTEMPTS - 1):
        assert admin_log_in(stranger, "karin", "fel-fel-fel") == 200
    assert log_in(stranger, "karin", "fel-fel-fel")[0] == 422

    assert admin_log_in(stranger, "karin", PASSWORD) == 200
    assert log_in(stranger, "karin", PASSWORD)[0] == 429
    assert "_auth_user_id" not in stranger.session


def test_staff_who_may_not_publish_may_use_the_admin(stranger: Client, nils: User) -> None:
    assert admin_log_in(stranger, "nils", PASSWORD) == 302


def test_who_is_not_staff_may_not_use_the_admin(stranger: Client) -> None:
    User.objects.create_user("gast", password=PASSWORD)
    assert admin_log_in(stranger, "gast", PASSWORD) == 200
    assert "_auth_user_id" not in stranger.session


# --- and the rest -----------------------------------------------------------------------------


def test_the_right_password_forgets_the_wrong_ones(stranger: Client, karin: User) -> None:
    for _ in range(2):
        for _ in range(ATTEMPTS - 1):
            log_in(stranger, "karin", "fel-fel-fel")
        assert log_in(stranger, "karin", PASSWORD)[0] == 302
        stranger.post("/console/logout/")


def test_logging_out_is_a_post(client: Client) -> None:
    assert client.get("/console/logout/").status_code == 405
    assert "_auth_user_id" in client.session
    answer = client.post("/console/logout/")
    assert (answer.status_code, answer["Location"]) == (302, LOGIN)
    assert "_auth_user_id" not in client.session


def test_who_is_logged_in_already_goes_on(client: Client) -> None:
    answer = client.get(LOGIN)
    assert (answer.status_code, answer["Location"]) == (302, "/console/")


def test_the_password_is_never_shown_again(stranger: Client, karin: User) -> None:
    page = stranger.post(LOGIN, {"username": "karin", "password": "fel-fel-fel"})
    assert b"fel-fel-fel" not in page.content


@pytest.mark.parametrize("name", ["\x00", "x" * 1000])
def test_odd_names_are_only_wrong(stranger: Client, karin: User, name: str) -> None:
    assert log_in(stranger, name, PASSWORD)[0] == 422
