"""The admin of residents shows nobody's number and changes nothing."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from notify.residents.limits import Asker, TooManyCodes, put_down
from notify.residents.models import Refusal, Subscriber
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


def test_what_limits_refused_is_shown_and_names_nobody(admin: Client) -> None:
    digest = Asker.of(PHONE, "192.0.2.1").number
    put_down(TooManyCodes(Refusal.Limit.NUMBER, digest))

    shown = admin.get("/admin/residents/refusal/").content.decode()

    for words in ("Koder till ett nummer", digest[:12]):
        assert words in shown
    assert digest not in shown
    assert PHONE[3:] not in shown
    assert admin.post("/admin/residents/refusal/add/").status_code == 403
