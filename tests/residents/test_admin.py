"""The admin of residents shows nobody's number and changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db.models import ProtectedError
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from notify.residents.limits import Asker, TooManyCodes, put_down
from notify.residents.models import Refusal, Reveal, Subscriber
from tests import given

PHONE = "+46701740605"


@pytest.fixture
def admin(db: None) -> Client:
    """Somebody who may do everything that anybody may."""
    browser = Client(headers={"accept-language": "sv"})
    browser.force_login(User.objects.create_superuser("admin"))
    return browser


def test_numbers_are_masked(admin: Client) -> None:
    somebody = given.subscriber(PHONE)
    for page in ("", f"{somebody.pk}/change/"):
        shown = admin.get(f"/admin/residents/subscriber/{page}").content.decode()
        assert "+46 ••• •• 05" in shown.replace("\N{NO-BREAK SPACE}", " ")
        for secret in (PHONE, PHONE[3:], somebody.phone_cipher, somebody.phone_index):
            assert secret not in shown


def test_a_number_that_cannot_be_read_is_no_fault(admin: Client) -> None:
    somebody = given.subscriber(PHONE)
    Subscriber.objects.update(phone_cipher="nonsense")
    shown = admin.get(f"/admin/residents/subscriber/{somebody.pk}/change/")
    assert "går inte att läsa" in shown.content.decode()


def test_nothing_can_be_changed(admin: Client) -> None:
    somebody = given.subscriber(PHONE)
    where = f"/admin/residents/subscriber/{somebody.pk}"
    assert admin.post(f"{where}/change/", {"language": "en"}).status_code == 403
    assert admin.post(f"{where}/delete/", {"post": "yes"}).status_code == 403
    assert admin.get("/admin/residents/subscriber/add/").status_code == 403
    assert Subscriber.objects.get().language == "sv"


# --- looking at a number ----------------------------------------------------------------------


def asks(browser: Client, somebody: Subscriber, **form: str) -> HttpResponse:
    """Press "Show the number", with this in the form."""
    answer: Any = browser.post(f"/admin/residents/subscriber/{somebody.pk}/reveal/", form)
    return answer  # type: ignore[no-any-return]


def shown(answer: Any) -> str:
    page: str = answer.content.decode()
    return page.replace("\N{NO-BREAK SPACE}", " ")


def test_who_says_why_sees_the_number_and_is_on_record(admin: Client) -> None:
    somebody = given.subscriber(PHONE)
    before = timezone.now()

    answer = asks(admin, somebody, reason="Ärende KS 2026/1")

    assert answer.status_code == 200
    assert "+46 70 174 06 05" in shown(answer)
    assert "no-store" in answer["Cache-Control"]
    look = Reveal.objects.get()
    assert (look.by.username, look.subscriber) == ("admin", somebody)
    assert look.reason == "Ärende KS 2026/1"
    assert before <= look.at <= timezone.now()


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("", "Det här fältet behövs"),
        ("   ", "Det här fältet behövs"),
        ("ringde från 070-174 06 05", "Utelämna telefonnummer"),
        ("a" * 201, "som mest 200 tecken"),
    ],
)
def test_without_a_good_reason_nothing_is_shown(admin: Client, reason: str, said: str) -> None:
    somebody = given.subscriber(PHONE)

    answer = asks(admin, somebody, reason=reason)

    assert answer.status_code == 422
    assert said in shown(answer)
    assert "174 06 05" not in shown(answer).replace(reason, "")
    assert not Reveal.objects.exists()


def test_following_a_link_only_asks_why(admin: Client) -> None:
    somebody = given.subscriber(PHONE)

    answer = admin.get(f"/admin/residents/subscriber/{somebody.pk}/reveal/?reason=why")

    assert "Varför du behöver numret" in shown(answer)
    assert "174 06 05" not in shown(answer)
    assert not Reveal.objects.exists()


def test_another_site_cannot_press_the_button(db: None) -> None:
    somebody = given.subscriber(PHONE)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(User.objects.create_superuser("admin"))

    assert asks(browser, somebody, reason="why").status_code == 403
    assert not Reveal.objects.exists()


@pytest.mark.parametrize(
    ("granted", "status"),
    [
        ([], 403),
        (["view_subscriber"], 403),
        (["add_reveal"], 403),
        (["view_subscriber", "add_reveal"], 200),
    ],
)
@pytest.mark.django_db
def test_only_who_was_granted_it_may_look(granted: list[str], status: int) -> None:
    somebody = given.subscriber(PHONE)
    clerk = User.objects.create_user("clerk", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(codename__in=granted))
    browser = Client()
    browser.force_login(clerk)

    assert asks(browser, somebody, reason="why").status_code == status
    assert Reveal.objects.count() == (status == 200)
    if "view_subscriber" in granted:
        page = browser.get(f"/admin/residents/subscriber/{somebody.pk}/change/")
        assert ("/reveal/" in shown(page)) == (status == 200)


def test_a_stranger_is_asked_to_log_in(db: None) -> None:
    somebody = given.subscriber(PHONE)

    answer = asks(Client(), somebody, reason="why")

    assert answer.status_code == 302
    assert not Reveal.objects.exists()


def test_a_number_that_cannot_be_read_was_not_looked_at(admin: Client) -> None:
    somebody = given.subscriber(PHONE)
    Subscriber.objects.update(phone_cipher="nonsense")

    answer = asks(admin, somebody, reason="why")

    assert "går inte att läsa" in shown(answer)
    assert not Reveal.objects.exists()


def test_somebody_who_is_not_there_is_not_found(admin: Client) -> None:
    answer = admin.post("/admin/residents/subscriber/4711/reveal/", {"reason": "why"})

    assert answer.status_code == 404


def test_the_record_is_only_shown_and_holds_no_number(admin: Client) -> None:
    somebody = given.subscriber(PHONE)
    asks(admin, somebody, reason="Ärende KS 2026/1")
    look = Reveal.objects.get()
    where = f"/admin/residents/reveal/{look.pk}"

    for page in ("/admin/residents/reveal/", f"{where}/change/"):
        assert "Ärende KS 2026/1" in shown(admin.get(page))
        assert "174 06 05" not in shown(admin.get(page))
    assert admin.post(f"{where}/change/", {"reason": "another"}).status_code == 403
    assert admin.post(f"{where}/delete/", {"post": "yes"}).status_code == 403
    assert admin.get("/admin/residents/reveal/add/").status_code == 403


def test_an_account_that_has_looked_cannot_be_deleted(admin: Client) -> None:
    asks(admin, given.subscriber(PHONE), reason="why")

    with pytest.raises(ProtectedError):
        User.objects.get(username="admin").delete()


def test_what_limits_refused_is_shown_and_names_nobody(admin: Client) -> None:
    digest = Asker.of(PHONE, "192.0.2.1").number
    put_down(TooManyCodes(Refusal.Limit.NUMBER, digest))

    shown = admin.get("/admin/residents/refusal/").content.decode()

    for words in ("Koder till ett nummer", digest[:12]):
        assert words in shown
    assert digest not in shown
    assert PHONE[3:] not in shown
    assert admin.post("/admin/residents/refusal/add/").status_code == 403
