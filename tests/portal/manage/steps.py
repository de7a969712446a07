"""What somebody does who comes back, and what stands then."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from notify.residents.managing import places_of
from notify.residents.models import Consent, Subscriber, Subscription
from tests.portal.steps import WRITTEN, text
from tests.portal.world import sent_code

PHONE = "+46701740605"
ÄSPERED = "1490TB121"
FRISTAD = "1490TB108"


def ask(client: Client, **changes: Any) -> HttpResponse:
    answer: Any = client.post("/manage/", {"phone": WRITTEN, "form": uuid.uuid4()} | changes)
    return answer  # type: ignore[no-any-return]


def enter(client: Client, **changes: Any) -> str:
    """Come in with a code; returns the address of the page that asked for it."""
    page = ask(client, **changes)["Location"]
    assert client.post(page, {"code": sent_code()})["Location"] == "/manage/"
    return page


def said(answer: Any) -> str:
    """What the page after a change says of it."""
    found = re.search(r'<div class="notice" role="status"> <p>(.*?)</p>', text(answer))
    return found[1] if found else ""


def standing() -> dict[str, tuple[set[str], bool]]:
    return {
        one.area.name: ({service.slug for service in one.services}, one.serious_only)
        for one in places_of(Subscriber.objects.get())
    }


CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("/manage/places/", {"areas": [FRISTAD], "services": ["water"]}),
    (f"/manage/places/{ÄSPERED}/", {"services": ["water"], "serious_only": "on"}),
    (f"/manage/places/{ÄSPERED}/end/", {}),
    ("/manage/end/", {}),
    ("/manage/undo/", {}),
    ("/manage/language/", {"language": "en"}),
    ("/manage/pause/", {"until": f"{timezone.localdate() + timedelta(7):%Y-%m-%d}"}),
    ("/manage/resume/", {}),
    ("/manage/number/", {"phone": "070-174 06 07"}),
    ("/manage/nights/", {"nights": "routine"}),
]
"""Everything that can be sent from within, right in itself."""


def everything() -> list[Any]:
    """All that is known of who subscribes to what."""
    tables = (Subscriber, Subscription, Consent)
    return [list(table._default_manager.order_by("pk").values()) for table in tables]
