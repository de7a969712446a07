"""Stopping an update on its way, and having what failed tried again."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from notify.channels.memory import MemoryChannel
from notify.dispatch.expand import expand
from notify.dispatch.models import Decision, Delivery, Dispatch, State
from notify.dispatch.send import send_next_batch
from tests import given
from tests.console.world import form_on, published, text


class Hopeful(MemoryChannel):
    """Says of one failure that it may be over later."""

    def may_work_later(self, error: str) -> bool:
        return error == "busy"


@pytest.fixture(autouse=True)
def _hopeful(settings: Settings) -> None:
    settings.NOTIFY_CHANNELS = [f"{__name__}.Hopeful"]


def underway(*states: State, errors: Sequence[str] = ()) -> str:
    """The address of a fan-out whose deliveries are in these states."""
    for number in range(len(states)):
        given.subscriber(f"+4670174060{number}")
    alert = published()
    dispatch = Dispatch.objects.get()
    expand(dispatch.pk)
    for index, delivery in enumerate(dispatch.deliveries.order_by("pk")):
        error = errors[index] if index < len(errors) else ""
        Delivery.objects.filter(pk=delivery.pk).update(state=states[index], error=error)
    return f"/console/alerts/{alert.code}/updates/1/"


def states() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("state", flat=True))


def work() -> None:
    while send_next_batch(Dispatch.objects.get().queue):
        pass


def test_an_editor_stops_it_after_being_told_what_that_means(client: Client, karin: User) -> None:
    here = underway(State.SENT, State.QUEUED, State.QUEUED)
    assert f'href="{here}stop/"' in client.get(here).content.decode()

    asked = client.get(here + "stop/")
    assert "2 meddelanden som väntar skickas aldrig." in text(asked)
    assert "Vattenavbrott i Äspered" in text(asked)
    assert states() == ["sent", "queued", "queued"]

    answer = client.post(here + "stop/", form_on(client, here + "stop/"), follow=True)
    work()
    assert states() == ["sent", "withdrawn", "withdrawn"]
    assert "Utskicket är stoppat." in answer.content.decode()
    page = text(client.get(here))
    assert "Stoppades" in page
    assert "Karin Lind" in page
    assert "Utskicket stoppades för hand" in page
    assert Decision.objects.get().by == karin


def test_an_editor_has_the_failed_ones_tried_again(client: Client) -> None:
    here = underway(State.FAILED, State.FAILED, State.SENT, errors=["busy", "no such number"])
    assert f'href="{here}retry/"' in client.get(here).content.decode()
    asked = client.get(here + "retry/")
    assert "1 meddelande som inte kom fram skickas en gång till." in text(asked)

    answer = client.post(here + "retry/", form_on(client, here + "retry/"), follow=True)
    assert "1 meddelande skickas igen." in answer.content.decode()
    assert "1 misslyckat meddelande skickades igen" in text(answer)
    work()
    assert states() == ["sent", "failed", "sent"]


def test_a_double_click_decides_once(client: Client) -> None:
    here = underway(State.FAILED, errors=["busy"])
    form = form_on(client, here + "retry/")
    assert [client.post(here + "retry/", form).status_code for _ in range(2)] == [302, 302]
    assert Decision.objects.count() == 1


@pytest.mark.parametrize("what", ["stop", "retry"])
def test_what_is_finished_offers_nothing_and_says_so(client: Client, what: str) -> None:
    here = underway(State.DELIVERED)
    assert what + "/" not in client.get(here).content.decode()
    for answer in (
        client.get(here + f"{what}/"),
        client.post(here + f"{what}/", {"key": str(uuid.uuid4())}),
    ):
        assert answer.status_code == 409
        assert "Det finns inget" in text(answer)


@pytest.mark.parametrize("what", ["stop", "retry"])
@pytest.mark.parametrize("key", ["", "nonsense"])
def test_a_form_without_its_key_is_asked_again(client: Client, what: str, key: str) -> None:
    here = underway(State.QUEUED, State.FAILED, errors=["", "busy"])
    answer = client.post(here + f"{what}/", {"key": key})
    assert answer.status_code == 422
    assert "Öppna sidan på nytt" in text(answer)
    assert states() == ["queued", "failed"]


def test_the_pace_and_the_time_left_are_told_while_it_goes(client: Client) -> None:
    here = underway(*[State.QUEUED] * 3, *[State.SENT] * 4)
    now = timezone.now()
    Dispatch.objects.update(created_at=now - timedelta(minutes=5))
    Delivery.objects.filter(state=State.SENT).update(sent_at=now, provider="twilio")
    page = text(client.get(here))
    assert "Mindre än ett per sekund, ungefär 20 sekunder kvar." in page
    assert "Skickat genom Twilio." in page


def test_no_time_is_told_when_nothing_moves(client: Client) -> None:
    here = underway(State.QUEUED, State.QUEUED)
    assert "kvar" not in text(client.get(here + "now/"))


def test_who_waits_for_the_morning_is_told_apart(client: Client) -> None:
    here = underway(State.QUEUED, State.QUEUED, State.QUEUED, State.SENT)
    resting = Delivery.objects.order_by("pk").values("pk")[:2]
    Delivery.objects.filter(pk__in=list(resting.values_list("pk", flat=True))).update(
        due_at=timezone.now() + timedelta(hours=8)
    )
    page = text(client.get(here + "now/"))
    assert "2 väntar till morgonen, som mottagarna har valt." in page
    assert "kvar" not in page


def test_several_companies_are_each_counted(client: Client) -> None:
    here = underway(State.SENT, State.SENT, State.DELIVERED)
    for delivery, name in zip(
        Delivery.objects.order_by("pk"), ["46elks", "twilio", "twilio"], strict=True
    ):
        Delivery.objects.filter(pk=delivery.pk).update(provider=name)
    assert "Skickat genom Twilio (2), 46elks (1)." in text(client.get(here))


def test_doubts_and_waits_are_explained(client: Client) -> None:
    here = underway(State.IN_DOUBT, State.QUEUED, errors=["", "busy"])
    page = text(client.get(here))
    assert "En arbetsprocess avbröts medan det skickades." in page
    assert "Väntar på ett nytt försök" in page
