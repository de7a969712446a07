"""What tests start from: a small city, an alert, a subscriber, made through the real services."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group, User
from django.utils import timezone

from notify.alerts import lifecycle
from notify.alerts.content import AlertContent
from notify.alerts.editors import NAME as GROUP
from notify.alerts.models import Alert, Area, Service
from notify.alerts.vocabulary import Move, Severity, Urgency
from notify.residents.models import Subscriber
from notify.residents.services import Wish, confirm_sign_up, request_sign_up

WORDS = {
    "sv": {
        "headline": "Vattenavbrott i Äspered",
        "description": "En vattenledning har gått sönder vid skolan.",
        "instruction": "Hämta vatten vid tankbilen på skolgården.",
    },
    "en": {
        "headline": "Water outage in Äspered",
        "description": "A water main has burst by the school.",
        "instruction": "Fetch water from the tanker in the school yard.",
    },
}

ADVICE = {"water": ["drink", "shower", "wash", "flush"], "power": ["appliances"]}
"""What each service's alerts can give advice about."""


def city() -> dict[str, Area]:
    """A municipality with two localities: "Borås" with "Äspered" and "Fristad" in it."""
    borås, _ = Area.objects.get_or_create(
        code="1490", defaults={"name": "Borås", "kind": "municipality"}
    )
    for code, name in (("1490TB121", "Äspered"), ("1490TB108", "Fristad")):
        Area.objects.get_or_create(code=code, defaults={"name": name, "parent": borås})
    return {area.name: area for area in Area.objects.all()}


def square(lon: float, lat: float, side: float) -> dict[str, Any]:
    """An outline (RFC 7946) from its south-western corner to the north and east, in degrees."""
    east, north = lon + side, lat + side
    return {
        "type": "Polygon",
        "coordinates": [[[lon, lat], [east, lat], [east, north], [lon, north], [lon, lat]]],
    }


def service(slug: str = "water") -> Service:
    """A service with names in both languages."""
    names = {
        "water": {"sv": "Dricksvatten", "en": "Drinking water"},
        "power": {"sv": "El", "en": "Electricity"},
    }
    return Service.objects.get_or_create(
        slug=slug,
        defaults={
            "names": names.get(slug, {"sv": slug, "en": slug}),
            "advice": ADVICE.get(slug, []),
        },
    )[0]


def content(**changes: Any) -> AlertContent:
    """Severe water outage in Äspered since now, over in four hours; ``changes`` as wanted."""
    now = timezone.now()
    values: dict[str, Any] = {
        "service": service(),
        "areas": [city()["Äspered"]],
        "severity": Severity.SEVERE,
        "urgency": Urgency.IMMEDIATE,
        "onset": now,
        "expires": now + timedelta(hours=4),
        "words": WORDS,
    }
    return AlertContent(**(values | changes))


def draft(**changes: Any) -> Alert:
    """A draft that says ``content(**changes)``."""
    return lifecycle.create_draft(content(**changes), by=None)


def said(alert: Alert, move: Move) -> AlertContent:
    """What stands, for a move whose words do not matter; an update must bring news: another end."""
    standing = AlertContent.of(alert)
    if move == Move.UPDATE:
        return replace(standing, expires=(standing.expires or timezone.now()) + timedelta(hours=1))
    return standing


def editor(name: str = "karin") -> User:
    """Somebody who may publish."""
    user = User.objects.create_user(name, first_name=name.title(), is_staff=True)
    user.groups.add(Group.objects.get(name=GROUP))
    return user


def subscriber(
    phone: str = "+46701740605",
    *,
    areas: Sequence[Area] | None = None,
    services: Sequence[Service] = (),
    language: str = "sv",
    serious_only: bool = False,
) -> Subscriber:
    """Somebody who signed up and typed the code. Numbers +4670174060x are for fiction (PTS)."""
    wish = Wish(areas or [city()["Äspered"]], services, language, serious_only)
    sign_up, code = request_sign_up(phone, wish, client=str(uuid.uuid4()))
    return confirm_sign_up(sign_up.key, code)
