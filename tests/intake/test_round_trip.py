"""What one installation says as CAP, another one takes in and says again: the same, word for word."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone
from hypothesis import given as generated
from hypothesis import settings as effort
from hypothesis import strategies as st
from lxml import etree
from pytest_django import Settings

from notify.alerts.models import Area
from notify.alerts.vocabulary import Certainty, Severity
from notify.channels.feeds.cap.document import Said, document, reference
from notify.channels.notice import Advice, Notice, Words
from notify.dispatch.notices import notice_of
from notify.intake.cap.read import read
from notify.intake.faults import Refused
from notify.intake.follow import Taking
from notify.intake.models import Message, Origin, Outcome
from notify.intake.take import take_in
from tests import given
from tests.channels.feeds.cap.reading import texts
from tests.channels.notices import (
    BORÅS,
    FRISTAD,
    ÄSPERED,
    all_clear_of,
    cancel_of,
    notice,
    update_of,
)

pytestmark = pytest.mark.django_db
THERE, HERE = "there.example.se", "here.example.se"
SQUARE = [[12.5, 57.5], [13.0, 57.5], [13.0, 58.0], [12.5, 58.0], [12.5, 57.5]]
BOIL = Advice("drink", "boil", {"sv": "Koka vattnet.", "en": "Boil the water."})

SAID = (
    "language", "event", "responseType", "urgency", "severity", "certainty", "eventCode/value", "onset", "headline",
    "description", "instruction", "area/areaDesc", "area/polygon", "area/geocode/valueName", "area/geocode/value",
)  # fmt: skip
"""What both say alike. Who says it, where to read more and what it is filed under are each one's own."""

LETTERS = st.characters(exclude_categories=("Cs", "Cn"))
LINE = st.text(LETTERS, max_size=60).map(lambda text: f"Å{text}")
TEXT = st.text(LETTERS, max_size=200) | st.sampled_from(["", "Ett.\n\nTvå,\nrad två.", "]]> & <b>"])
WORDS = st.builds(Words, LINE, TEXT, TEXT)
NOTICES = st.fixed_dictionaries(
    {
        "words": st.fixed_dictionaries({"sv": WORDS}, optional={"en": WORDS}),
        "severity": st.sampled_from(Severity.values),
        "certainty": st.sampled_from(Certainty.values),
        "places": st.sampled_from([(BORÅS,), (ÄSPERED,), (FRISTAD, ÄSPERED)]),
        "advice": st.sampled_from([(), (BOIL,)]),
        "help_at": st.sampled_from([(), ("Äspereds skola, dygnet runt",)]),
        "hours": st.none() | st.integers(1, 1000),
        "planned": st.booleans(),
    }
)


@pytest.fixture(autouse=True)
def city(settings: Settings) -> dict[str, Any]:
    """The same areas and services in both."""
    settings.CAP_SENDER, settings.NOTIFY_CHANNELS = HERE, []
    given.service()
    areas = given.city()
    for area in areas.values():
        area.outline = {"type": "Polygon", "coordinates": [SQUARE]}
        area.save()
    return areas


def drawn(said: dict[str, Any]) -> dict[str, Any]:
    """What the strategy drew, as fields of a notice."""
    said = dict(said)
    hours, planned = said.pop("hours"), said.pop("planned")
    end = timezone.now() + timedelta(hours=hours) if hours else None
    return said | {
        "expires": end,
        "urgency": "Future" if planned and end else "Immediate",
        "help_heading": {"sv": "Hämta vatten här", "en": "Fetch water here"},
    }


def written(sender: str, *notices: Notice) -> bytes:
    """The CAP document of the last notice, after the others, as that sender writes it."""
    *earlier, told = notices
    outlines = {area.code: area.outline for area in Area.objects.all() if area.outline}
    with override_settings(CAP_SENDER=sender):
        root = document(told, [Said(one, reference(one)) for one in earlier], outlines)
    xml: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return xml


def taken(body: bytes) -> Message:
    taking = Taking(by=None, publishes=True)
    return take_in(read(body), origin=Origin.CAP, taking=taking)[0]


def said_in(body: bytes, names: Sequence[str]) -> list[dict[str, list[str]]]:
    infos = etree.fromstring(body).iterfind("{*}info")
    return [{name: texts(info, name) for name in names} for info in infos]


@effort(max_examples=8, deadline=None)
@generated(first=NOTICES, later=NOTICES, end=st.sampled_from([all_clear_of, cancel_of]))
def test_what_comes_in_goes_out_as_it_was(
    first: dict[str, Any], later: dict[str, Any], end: Any
) -> None:
    begun = notice(**drawn(first))
    news = update_of(begun, **drawn(later))
    over = end(news, advice=(), help_at=())
    theirs, ours = [begun, news, over], []
    outcomes = []
    for number in (1, 2, 3):
        body = written(THERE, *theirs[:number])
        message = taken(body)
        outcomes.append(message.outcome)
        assert message.remarked == []
        if message.update is None:
            continue
        ours.append(notice_of(message.update))
        same = (*SAID, "expires") if number < 3 else SAID  # an end expires a week after it was said
        assert said_in(body, same) == said_in(written(HERE, *ours), same)
    assert outcomes[0] == Outcome.PUBLISHED
    assert outcomes[1] in (Outcome.UPDATED, Outcome.UNCHANGED)
    assert outcomes[2] == (Outcome.RESOLVED if end is all_clear_of else Outcome.CANCELLED)


def test_our_own_words_do_not_come_back_to_us() -> None:
    body = written(HERE, notice())
    with pytest.raises(Refused):
        taken(body)
