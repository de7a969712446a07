"""What the tests of the residents' pages start from: alerts that were said, and codes that were sent."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from notify.alerts import lifecycle
from notify.alerts.content import AlertContent
from notify.alerts.correction import correct
from notify.alerts.models import Alert, Area
from notify.alerts.vocabulary import Move, Urgency
from notify.dispatch.models import DirectMessage
from notify.residents.secrecy import decrypt
from tests import given

HOUR = timedelta(hours=1)
BORÅS = Path(settings.BASE_DIR) / "notify" / "alerts" / "data" / "boras"
ONLY_SWEDISH = {"sv": given.WORDS["sv"]}


def borås() -> dict[str, Area]:
    """The real city with its outlines, by name."""
    call_command("load_city", str(BORÅS), verbosity=0)
    return {area.name: area for area in Area.objects.all()}


def say(move: Move = Move.PUBLISH, alert: Alert | None = None, **changes: Any) -> Alert:
    """The alert after ``move``: a new one by default, with its content and these changes."""
    if alert is None:
        content = given.content(**changes)
        alert = lifecycle.create_draft(content, by=None)
    else:
        content = AlertContent(**{**_fields(AlertContent.of(alert)), **changes})
    with transaction.atomic():
        lifecycle.publish_update(
            alert, move, content, version=alert.version, key=uuid.uuid4(), by=None
        )
    alert.refresh_from_db()
    return alert


def mend(alert: Alert, language: str = "sv", **parts: str) -> None:
    """Correct parts of what was said last, in that language."""
    alert.refresh_from_db()
    words = alert.updates.latest("number").present_words
    mended = words | {language: words[language] | parts}
    correct(alert, mended, version=alert.version, key=uuid.uuid4(), by=None)


def overdue(**changes: Any) -> Alert:
    """A disruption whose expected end passed an hour ago."""
    alert = say(**changes)
    now = timezone.now()
    Alert.objects.filter(pk=alert.pk).update(onset=now - 3 * HOUR, expires=now - HOUR)
    return alert


def planned(**changes: Any) -> Alert:
    """Planned work from tomorrow."""
    begins = timezone.now() + 24 * HOUR
    values: dict[str, Any] = {
        "urgency": Urgency.FUTURE,
        "onset": begins,
        "expires": begins + 2 * HOUR,
    }
    return say(**(values | changes))


def words(headline: str, **parts: str) -> dict[str, dict[str, str]]:
    """Swedish words with this headline."""
    return {"sv": {"headline": headline, **parts}}


def sent_code() -> str:
    """The code in the latest SMS that waits to be sent."""
    message = DirectMessage.objects.latest("pk")
    found = re.search(r"\b\d{6}\b", decrypt(message.body_cipher))
    assert found
    return found[0]


def _fields(content: AlertContent) -> dict[str, Any]:
    return {name: getattr(content, name) for name in AlertContent.__dataclass_fields__}
