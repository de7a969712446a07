"""What an editor sees before publishing is what then happens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import ClassVar

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck
from hypothesis import given as whatever
from hypothesis import settings as tried
from hypothesis import strategies as some
from pytest_django import Settings

from notify.alerts.content import AlertContent
from notify.alerts.models import Alert, Update
from notify.alerts.vocabulary import Move
from notify.channels.base import AddressedBy, Preview
from notify.channels.memory import MemoryChannel
from notify.channels.notice import Notice
from notify.channels.sms.compose import compose
from notify.dispatch.expand import expand
from notify.dispatch.models import Delivery, Dispatch
from notify.dispatch.preview import ChannelOutlook, preview
from tests import given
from tests.dispatch import world
from tests.dispatch.conftest import MEMORY

pytestmark = pytest.mark.django_db


class Places(MemoryChannel):
    """Addressed by area."""

    name: ClassVar[str] = "places"
    addressed_by: ClassVar[AddressedBy] = AddressedBy.AREA


class Priced(MemoryChannel):
    """Two units in Swedish, one in English, at 0.1 a unit; and it does not like any words."""

    def preview(self, notice: Notice, language: str) -> Preview:
        units = {"sv": 2, "en": 1}[language]
        return Preview(self.name, language, "memory/preview.html", {}, units, 0.1, "SEK")

    def problems(self, notice: Notice) -> list[str]:
        return ["Too long."]


def outlook(alert: Alert, move: Move, content: AlertContent) -> ChannelOutlook:
    [one] = preview(alert, move, content).channels
    return one


def made(dispatch: Dispatch) -> Mapping[str, int]:
    return Counter(dispatch.deliveries.values_list("language", flat=True))


People = list[tuple[list[str], list[str], str, bool, bool, bool]]
"""Areas, services ("" is every one), language, whether they leave again, want only what is serious, and pause."""

AREAS = some.lists(
    some.sampled_from(["Borås", "Äspered", "Fristad"]), min_size=1, max_size=3, unique=True
)
SERVICES = some.lists(
    some.sampled_from(["water", "power", ""]), min_size=1, max_size=3, unique=True
)
PEOPLE = some.lists(
    some.tuples(
        AREAS,
        SERVICES,
        some.sampled_from(["sv", "en"]),
        some.booleans(),
        some.booleans(),
        some.booleans(),
    ),
    max_size=6,
)
ENDS = some.sampled_from([[], [Move.RESOLVE], [Move.CANCEL]])
SERVICE = some.sampled_from(["water", "power"])
SEVERITIES = some.lists(some.sampled_from(["Severe", "Minor"]), min_size=3, max_size=3)


@whatever(
    people=PEOPLE,
    late=PEOPLE,
    places=some.tuples(AREAS, AREAS),
    service=SERVICE,
    severities=SEVERITIES,
    ends=ENDS,
)
@tried(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_numbers_shown_are_the_deliveries_made(
    *,
    people: People,
    late: People,
    places: tuple[list[str], list[str]],
    service: str,
    severities: list[str],
    ends: list[Move],
) -> None:
    with transaction.atomic():
        city = given.city()
        arrive(people)
        alert = given.draft(service=given.service(service))
        moves = [Move.PUBLISH, Move.UPDATE, *ends]
        said = zip(moves, [places[0], places[1], places[1]], severities, strict=False)
        for move, names, severity in said:
            content = given.content(
                service=given.service(service),
                areas=[city[name] for name in names],
                severity=severity,
            )
            alert.refresh_from_db()

            shown = outlook(alert, move, content)
            dispatch = publish(alert, move, content)

            assert shown.recipients == made(dispatch)
            assert shown.total == dispatch.deliveries.count()
            arrive(late)
        transaction.set_rollback(True)


def arrive(people: People) -> None:
    city = given.city()
    for areas, services, language, leaves, serious_only, pauses in people:
        [person] = world.crowd(
            1,
            areas=[city[name] for name in areas],
            services=[given.service(slug) if slug else None for slug in services],
            language=language,
            serious_only=serious_only,
        )
        if leaves:
            world.leave(person)
        if pauses:
            world.pause(person, hours=8)


def publish(alert: Alert, move: Move, content: AlertContent) -> Dispatch:
    dispatch = world.say(move, alert, content)
    expand(dispatch.pk)
    world.work()
    return dispatch


def test_nothing_is_written() -> None:
    world.crowd(1)
    alert = given.draft()

    preview(alert, Move.PUBLISH, given.content(words={"sv": {"headline": "Något annat"}}))

    alert.refresh_from_db()
    assert (alert.version, alert.word("headline", "sv")) == (1, given.WORDS["sv"]["headline"])
    assert not Update.objects.exists()
    assert not Delivery.objects.exists()


def test_an_alert_that_was_never_saved_can_be_previewed() -> None:
    world.crowd(2)

    seen = preview(Alert(), Move.PUBLISH, given.content())

    assert seen.channels[0].total == 2
    assert seen.notice.in_language("sv").headline == given.WORDS["sv"]["headline"]


def test_content_that_needs_mending_is_refused_by_field() -> None:
    with pytest.raises(ValidationError) as refused:
        preview(given.draft(), Move.PUBLISH, given.content(words={"sv": {"headline": ""}}))

    assert set(refused.value.message_dict) == {"words"}


def test_a_place_is_a_recipient_in_the_sites_own_language(settings: Settings) -> None:
    settings.NOTIFY_CHANNELS = [MEMORY, f"{__name__}.Places"]
    city = given.city()
    world.crowd(3, areas=[city["Borås"]], language="en")

    people, places = preview(
        given.draft(), Move.PUBLISH, given.content(areas=[city["Äspered"], city["Fristad"]])
    ).channels

    assert people.recipients == {"en": 3}
    assert places.recipients == {"sv": 2}


def test_each_language_that_is_written_or_read_is_shown() -> None:
    world.crowd(1, language="en")

    seen = outlook(
        given.draft(), Move.PUBLISH, given.content(words={"sv": {"headline": "Vattnet är av"}})
    )

    assert [one.language for one in seen.previews] == ["sv", "en"]


def test_units_and_cost_are_summed_over_the_readers_of_each_language(settings: Settings) -> None:
    settings.NOTIFY_CHANNELS = [f"{__name__}.Priced"]
    world.crowd(3, language="sv")
    world.crowd(1, language="en")

    seen = outlook(given.draft(), Move.PUBLISH, given.content())

    assert (seen.units, seen.cost, seen.currency) == (7, Decimal("0.7"), "SEK")


def test_a_channel_that_is_free_has_no_cost() -> None:
    seen = outlook(given.draft(), Move.PUBLISH, given.content())

    assert (seen.cost, seen.currency, seen.units) == (None, "", 0)


def test_problems_are_told_and_nothing_is_raised(settings: Settings) -> None:
    settings.NOTIFY_CHANNELS = [f"{__name__}.Priced"]

    assert preview(given.draft(), Move.PUBLISH, given.content()).problems == ["Too long."]


def test_an_end_that_has_passed_does_not_keep_an_alert_from_being_resolved() -> None:

    world.crowd(1)
    alert = world.alert_of(world.fan_out())
    with time_machine.travel(timezone.now() + timedelta(hours=9)):
        assert outlook(alert, Move.RESOLVE, AlertContent.of(alert)).total == 1


@pytest.mark.parametrize("replies", [True, False], ids=["can reply", "cannot reply"])
@pytest.mark.parametrize("move", [Move.PUBLISH, Move.UPDATE, Move.RESOLVE])
def test_the_sms_shown_is_the_sms_sent_with_its_question_its_end_and_what_was_cut(
    settings: Settings, clock: time_machine.Traveller, move: Move, *, replies: bool
) -> None:
    settings.SMS_REPLIES = replies
    settings.NOTIFY_CHANNELS = ["notify.channels.sms.channel.SmsChannel"]
    long = {"headline": "Vattnet är borta", "description": "Vi lagar röret så fort vi kan. " * 60}
    alert = given.draft() if move == Move.PUBLISH else world.alert_of(world.say())
    content = given.content(words={"sv": long}, advice={})

    [shown] = preview(alert, move, content, asks=True).channels[0].previews
    said = world.say(move, alert, content, asks=True).notice

    assert shown.context["text"] == compose(said, "sv")
    assert shown.context["shortened"]
    assert ("Svara 1" in compose(said, "sv")) is (replies and move == Move.RESOLVE)
    assert ("/manage/" in compose(said, "sv")) is not replies
