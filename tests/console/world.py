"""What the console's tests start from, and what a browser would hand in."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from html import unescape
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from notify.alerts.content import AlertContent
from notify.alerts.models import Alert
from notify.alerts.vocabulary import Move
from notify.dispatch.start import announce
from tests import given

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from pytest_django.live_server_helper import LiveServer

HOUR = timedelta(hours=1)
MINUTE = "%Y-%m-%dT%H:%M"
Form = dict[str, Any]


def wall(moment: datetime) -> str:
    """The time as a ``datetime-local`` hands it in."""
    return timezone.localtime(moment).strftime(MINUTE)


def filled(**changes: Any) -> Form:
    """A new alert as filled in: water in Äspered, now, over in four hours. None leaves a field out."""
    given.city()
    now = timezone.now()
    form: Form = {
        "version": "0",
        "key": str(uuid.uuid4()),
        "certainty": "Observed",
        "service": given.service().slug,
        "areas": ["1490TB121"],
        "urgency": "Immediate",
        "severity": "Severe",
        "onset": wall(now),
        "expires": wall(now + 4 * HOUR),
        "sv_headline": "Vattenläcka i {areas}",
        "sv_description": "En ledning har gått sönder.",
        "sv_instruction": "Hämta vatten vid skolan.",
        "en_headline": "Burst main in {areas}",
        "en_description": "",
        "en_instruction": "",
        "then": "preview",
    }
    return {name: value for name, value in (form | changes).items() if value is not None}


def published(alert: Alert | None = None, **changes: Any) -> Alert:
    """An alert that people have been told of."""
    alert = alert or given.draft(**changes)
    announce(
        alert,
        Move.PUBLISH,
        AlertContent.of(alert),
        version=alert.version,
        key=uuid.uuid4(),
        by=None,
    )
    alert.refresh_from_db()
    return alert


def form_on(client: Client, address: str, **changes: Any) -> Form:
    """The values that the form at ``address`` opens with, and these changes; None leaves a field out."""
    response = client.get(address)
    assert response.status_code == 200, response.content.decode()
    values: Form = {}
    for bound in response.context["form"]:
        value = bound.value()
        if isinstance(value, datetime):
            value = value.strftime(MINUTE)  # a bound field gives the wall clock's time
        elif isinstance(value, list):
            value = [getattr(one, "code", one) for one in value]
        elif isinstance(value, bool):
            value = "on" if value else None
        values[bound.html_name] = "" if value is None and bound.name == "expires" else value
    return {name: value for name, value in (values | changes).items() if value is not None}


def handed_on(page: Any, **changes: str) -> Form:
    """What the page before the last step hands on when its button is pressed."""
    values = {field.html_name: field.value() for field in page.context["form"]}
    return {name: value for name, value in (values | changes).items() if value is not None}


def text(response: Any) -> str:
    """What the page says, without its markup."""
    page = response.content.decode()
    page = page[page.index("<main") : page.index("</main>")] if "<main" in page else page
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page))).strip()


def errors(response: Any) -> Mapping[str, list[str]]:
    """The sentences beside the fields of the form on the page."""
    found = response.context["form"].errors
    return {field: [str(one) for one in sentences] for field, sentences in found.items()}


def let_in(page: Page, live_server: LiveServer, user: User) -> None:
    """Give a real browser a session of this user."""
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies(
        [{"name": name, "value": client.cookies[name].value, "url": live_server.url}]
    )
