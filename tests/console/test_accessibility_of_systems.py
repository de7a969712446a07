"""The pages about receiving systems under axe: with something to show, and with mistakes."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import User

from notify.channels.webhooks.endpoints import Wanted, register, switch_off
from notify.channels.webhooks.models import Attempt, Endpoint, Off
from notify.dispatch.models import Batch, Delivery, State
from tests import axe, given
from tests.console.world import let_in, published
from tests.provision.chromium import Look

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

pytestmark = pytest.mark.django_db(transaction=True)


def told() -> Endpoint:
    """A system with an attempt that went wrong, one that went well, and a test."""
    endpoint = register(Wanted("Intranätet", "https://intranet.example/hook"), key=uuid.uuid4())[0]
    alert = published()
    dispatch = alert.updates.get().dispatch
    batch = Batch.objects.create(dispatch=dispatch, channel="webhooks", queue="systems", number=0)
    delivery = Delivery.objects.create(
        dispatch=dispatch,
        batch=batch,
        channel="webhooks",
        address=endpoint.address,
        state=State.DELIVERED,
        language="sv",
    )
    about = {"alert": alert.code, "number": 1, "reference": delivery.reference}
    for kind, status, error, more in (
        ("alert.published", 500, "http-500", about),
        ("alert.published", 204, "", about),
        ("test", None, "no_answer", {}),
    ):
        Attempt.objects.create(
            endpoint=endpoint,
            message="msg_1",
            kind=kind,
            status=status,
            error=error,
            milliseconds=35,
            **more,
        )
    return endpoint


@pytest.mark.parametrize("page", [Look(language="sv")], indirect=True)
def test_axe_finds_nothing_about_receiving_systems(page: Page, live_server: LiveServer) -> None:
    endpoint = told()
    gone = register(Wanted("Skärmen", "https://screen.example/"), key=uuid.uuid4())[0]
    switch_off(gone, Off.GONE)
    let_in(page, live_server, User.objects.create_superuser("rut"))
    for where in ("", f"{endpoint.pk}/"):
        page.goto(f"{live_server.url}/console/systems/{where}")
        axe.no_finding(page)


@pytest.mark.parametrize("page", [Look(language="en")], indirect=True)
def test_axe_finds_nothing_where_one_is_registered(page: Page, live_server: LiveServer) -> None:
    given.city()
    given.service()
    let_in(page, live_server, User.objects.create_superuser("rut"))
    page.goto(f"{live_server.url}/console/systems/new/")
    page.locator("#id_url").fill("http://10.0.0.1/")
    page.locator("main form [type=submit]").click()
    page.locator(".error-summary").wait_for()
    axe.no_finding(page)
    page.locator("#id_name").fill("Växeln")
    page.locator("#id_url").fill("https://switch.example/")
    page.locator("main form [type=submit]").click()
    page.locator(".secret").wait_for()
    axe.no_finding(page)
