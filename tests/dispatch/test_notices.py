"""The frozen words: what was published, whatever is edited afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from notify.alerts.models import Area, Service, Update
from notify.alerts.vocabulary import Move
from notify.channels.notice import Notice
from notify.dispatch.models import Dispatch
from notify.dispatch.notices import notice_if, notice_of
from tests import given
from tests.dispatch import world

pytestmark = pytest.mark.django_db


def test_a_notice_says_what_the_update_says() -> None:
    dispatch = world.say()
    update = dispatch.update

    notice = notice_of(update)

    assert (notice.update, notice.number) == (str(update.identifier), 1)
    assert (notice.message_type, notice.response_type) == ("Alert", "")
    assert (notice.service, notice.category) == ("water", "Infra")
    assert notice.service_name("sv") == "Dricksvatten"
    assert notice.place_names() == "Äspered"
    assert notice.in_language("en").headline == "Water outage in Äspered"
    assert notice.sent == update.sent


def test_what_is_edited_afterwards_does_not_change_it() -> None:
    dispatch = world.say()
    before = Dispatch.objects.get(pk=dispatch.pk).notice

    Area.objects.update(name="Någon annanstans")
    Service.objects.update(names={"sv": "Något annat"}, category="Health")

    assert Dispatch.objects.get(pk=dispatch.pk).notice == before


def test_it_survives_the_database_whole() -> None:
    dispatch = world.say(expires=None)

    stored = Dispatch.objects.get(pk=dispatch.pk).notice

    assert stored == notice_of(dispatch.update)
    assert stored.expires is None
    assert Notice.from_json(stored.to_json()) == stored


@pytest.mark.parametrize(
    ("move", "all_clear", "cancelled"),
    [(Move.UPDATE, False, False), (Move.RESOLVE, True, False), (Move.CANCEL, False, True)],
)
def test_an_end_says_so(move: Move, *, all_clear: bool, cancelled: bool) -> None:
    first = world.say()

    notice = world.say(move, world.alert_of(first)).notice

    assert (notice.all_clear, notice.cancelled) == (all_clear, cancelled)
    assert notice.ends_alert == (all_clear or cancelled)
    assert notice.number == 2


def test_a_notice_that_was_never_published_is_the_one_that_would_be() -> None:
    content = given.content()
    alert = given.draft()

    proposed = notice_if(alert, Move.PUBLISH, content)

    assert not Update.objects.exists()
    published = world.say(alert=alert, content=content).notice
    volatile = {"update", "sent"}
    assert {k: v for k, v in proposed.to_json().items() if k not in volatile} == {
        k: v for k, v in published.to_json().items() if k not in volatile
    }


def test_words_go_stale_when_it_should_be_over_but_an_end_never_does() -> None:
    now = timezone.now()
    first = world.say(expires=now + timedelta(hours=1))
    end = world.say(Move.RESOLVE, world.alert_of(first))

    assert not first.notice.stale(now)
    assert first.notice.stale(now + timedelta(hours=1))
    assert not end.notice.stale(now + timedelta(days=9))


def test_advice_is_frozen_as_sentences_in_every_language() -> None:
    dispatch = world.say(advice={"flush": "no", "drink": "boil"})

    stored = Dispatch.objects.get(pk=dispatch.pk).notice
    assert [(one.kind, one.key) for one in stored.advice] == [("drink", "boil"), ("flush", "no")]
    assert stored.advice_in("sv")[1] == "Spola inte i toaletten."
    assert stored.advice_in("en")[1] == "Do not flush the toilet."
    assert stored.advice_in("fi") == stored.advice_in("sv")
    assert stored.sms_advice_in("sv") == stored.sms_advice_in("fi") == ["Koka dricksvattnet."]


def test_a_notice_from_before_there_was_advice_is_read() -> None:
    plain = notice_of(world.say().update).to_json()
    del plain["advice"]

    assert Notice.from_json(plain).advice == ()


def test_where_help_is_to_be_had_is_frozen_with_its_heading_in_every_language() -> None:
    dispatch = world.say(help_at=["Äspereds skola"])

    stored = Dispatch.objects.get(pk=dispatch.pk).notice
    assert stored.help_at == ("Äspereds skola",)
    assert stored.help_heading_in("sv") == "Här kan du hämta dricksvatten"
    assert stored.help_heading_in("en") == "Here you can fetch drinking water"
    assert stored.help_heading_in("fi") == stored.help_heading_in("sv")
    assert Notice.from_json(stored.to_json()) == stored


def test_a_notice_from_before_there_was_such_help_is_read() -> None:
    plain = notice_of(world.say().update).to_json()
    del plain["help_at"], plain["help_heading"]

    assert Notice.from_json(plain).help_at == ()


@pytest.mark.parametrize("number", [1, 9, 10, 99])
def test_an_sms_ends_in_an_address_that_is_no_longer_than_the_alerts_own(number: int) -> None:
    update = world.say().update
    update.number = number

    notice = notice_of(update)
    assert notice.sms_url == f"http://testserver/{update.alert.code}.{number}"
    assert len(notice.sms_url) <= len(notice.url)


def test_what_is_previewed_leads_where_the_published_words_lead() -> None:
    alert = given.draft()
    previewed = notice_if(alert, Move.PUBLISH, given.said(alert, Move.PUBLISH))

    assert world.say(Move.PUBLISH, alert).notice.sms_url == previewed.sms_url
