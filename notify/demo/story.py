"""What happens in the demo: Borås is loaded, people sign up, the water goes off in Äspered.

Needs Django to be set up with the stack's environment; everything here goes through the services
and pages that everybody uses.
"""

from __future__ import annotations

import secrets
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import Group, User
from django.utils import timezone

from notify.alerts import lifecycle
from notify.alerts.content import AlertContent
from notify.alerts.models import Alert, Area, Template
from notify.alerts.vocabulary import Move
from notify.api.keys import create_key
from notify.api.models import Scope
from notify.demo.places import ASPERED
from notify.dispatch.models import Dispatch
from notify.dispatch.progress import ChannelProgress, progress
from notify.dispatch.start import announce

WORDS = {
    "sv": {
        "headline": "Vattnet är avstängt i Äspered",
        "description": "En vattenledning har gått sönder vid skolan. Vi lagar den nu.",
        "instruction": "Hämta dricksvatten vid tankbilen på skolgården.",
    },
    "en": {
        "headline": "No water in Äspered",
        "description": "A water main has burst by the school. We are mending it now.",
        "instruction": "Fetch drinking water from the tanker in the school yard.",
    },
}

PATIENCE = timedelta(seconds=120)


class Unfinished(Exception):
    """The fan-out did not end in time; ``str()`` says how far it came."""


@dataclass(frozen=True, slots=True)
class Login:
    """How to log in on the pages."""

    username: str
    password: str


def hire_editor() -> tuple[User, Login]:
    """An editor with a fresh password."""
    login = Login("redaktor", secrets.token_urlsafe(9))
    editor = User.objects.create_user(login.username, password=login.password, is_staff=True)
    editor.groups.add(Group.objects.get(name="Editors"))
    return editor, login


def hire_administrator() -> Login:
    """Somebody who may do everything in the admin, with a fresh password."""
    login = Login("admin", secrets.token_urlsafe(9))
    User.objects.create_superuser(login.username, password=login.password)
    return login


def key_for(editor: User) -> str:
    """An API key that may do all that the editor may, for as long as a demo lasts."""
    tomorrow = timezone.now() + timedelta(days=1)
    return create_key(name="Demo", user=editor, scopes=Scope, expires_at=tomorrow)[1]


def post_water_alert(editor: User) -> Dispatch:
    """Draft and publish, through the service that the console and the API use."""
    template = Template.objects.select_related("service").get(slug="water-disruption")
    now = timezone.now()
    content = AlertContent(
        service=template.service,
        areas=[Area.objects.get(code=ASPERED)],
        severity=template.severity,
        urgency=template.urgency,
        certainty=template.certainty,
        onset=now,
        expires=now + timedelta(hours=4),
        words=WORDS,
    )
    alert: Alert = lifecycle.create_draft(content, by=editor)
    return announce(
        alert, Move.PUBLISH, content, version=alert.version, key=uuid.uuid4(), by=editor
    )


def watch(dispatch: Dispatch) -> Iterator[list[ChannelProgress]]:
    """How it gets on, again and again, until every delivery is final. Raises Unfinished."""
    deadline = timezone.now() + PATIENCE
    while True:
        dispatch.refresh_from_db()
        now = progress(dispatch)
        yield now
        if all(channel.finished for channel in now):
            return
        if timezone.now() > deadline:
            raise Unfinished(", ".join(f"{one.channel}: {one.counts}" for one in now))
        time.sleep(0.1)
