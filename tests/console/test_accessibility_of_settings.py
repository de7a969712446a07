"""The settings behind the console (Django's own admin, in our words and sheet) under axe."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import User

from tests import axe, given
from tests.console.world import let_in, published

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = pytest.mark.django_db(transaction=True)


@axe.BOTH_LANGUAGES
def test_axe_finds_nothing_in_the_settings(page: Page, live_server: LiveServer) -> None:
    person = given.subscriber()
    alert = published()
    page.goto(f"{live_server.url}/admin/")
    axe.no_finding(page)
    page.locator("#id_username").fill("nobody")
    page.locator("#id_password").fill("wrong")
    page.keyboard.press("Enter")
    page.locator(".errornote").wait_for()
    axe.no_finding(page)
    let_in(page, live_server, User.objects.create_superuser("rut"))
    for path in (
        "",
        "residents/subscriber/",
        f"residents/subscriber/{person.pk}/change/",
        f"residents/subscriber/{person.pk}/reveal/",
        f"alerts/alert/{alert.pk}/change/",
        "alerts/area/",
        "alerts/service/add/",
    ):
        page.goto(f"{live_server.url}/admin/{path}")
        axe.no_finding(page)
    page.locator("[name=_save]").click()
    page.locator(".errornote").wait_for()
    axe.no_finding(page)
