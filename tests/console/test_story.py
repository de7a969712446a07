"""The alert's own page, and its fan-out as it goes."""

from __future__ import annotations

import uuid
from collections import Counter

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from notify.alerts.models import Alert
from notify.alerts.vocabulary import Move
from notify.channels.base import Outcome
from notify.channels.memory import MemoryChannel
from notify.channels.registry import channels
from notify.dispatch.expand import expand
from notify.dispatch.models import Dispatch, State
from notify.dispatch.send import send_next_batch
from notify.dispatch.start import announce
from tests import given
from tests.console.world import published, text


def follow_up(alert: Alert, move: Move = Move.UPDATE) -> None:
    alert.refresh_from_db()
    announce(alert, move, given.said(alert, move), version=alert.version, key=uuid.uuid4(), by=None)


@pytest.fixture
def memory(settings: Settings) -> MemoryChannel:
    """The only channel: one that remembers."""
    settings.NOTIFY_CHANNELS = ["notify.channels.memory.MemoryChannel"]
    channel = channels()["memory"]
    assert isinstance(channel, MemoryChannel)
    return channel


def go_out(dispatch: Dispatch) -> None:
    """What a worker would do."""
    expand(dispatch.pk)
    while send_next_batch(dispatch.queue):
        pass


# --- what can be done ------------------------------------------------------------------------------


def links(page: str, alert: Alert) -> set[str]:
    here = f'href="/console/alerts/{alert.code}/'
    return {part.split("/")[0].split('"')[0] for part in page.split(here)[1:]} - {""}


def test_a_draft_can_be_looked_at_changed_and_discarded(client: Client) -> None:
    alert = given.draft()
    page = client.get(f"/console/alerts/{alert.code}/").content.decode()
    assert links(page, alert) == {"publish", "edit", "discard"}
    assert "Ingen har fått veta något än." in page


def test_what_stands_can_be_updated_resolved_cancelled_and_corrected(client: Client) -> None:
    alert = published()
    page = client.get(f"/console/alerts/{alert.code}/").content.decode()
    assert links(page, alert) == {"update", "resolve", "cancel", "correct", "updates"}
    assert f'href="/console/alerts/{alert.code}/updates/1/stop/"' in page


@pytest.mark.parametrize("move", [Move.RESOLVE, Move.CANCEL])
def test_what_is_over_can_only_be_read_and_corrected(client: Client, move: Move) -> None:
    alert = published()
    follow_up(alert, move)
    page = client.get(f"/console/alerts/{alert.code}/").content.decode()
    assert links(page, alert) == {"correct", "updates"}


def test_the_timeline_says_who_said_what_the_latest_first(client: Client) -> None:
    where = f"/console/alerts/{published().code}/"
    assert "automatiskt, eller av en tidigare kollega" in text(client.get(where))
    client.post(
        where + "resolve/",
        {"version": Alert.objects.get().version, "key": str(uuid.uuid4()), "step": "send"}
        | {"sv_headline": "Nu är det över"},
    )
    page = text(client.get(where))
    assert "Karin Lind" in page
    assert page.index("Nu är det över") < page.rindex("Vattenavbrott i Äspered")


def test_markup_in_words_stays_words(client: Client) -> None:
    alert = published(words={"sv": {"headline": "<script>alert(1)</script>"}})
    for page in ("", "update/", "resolve/", "correct/"):
        shown = client.get(f"/console/alerts/{alert.code}/{page}").content
        assert b"<script>alert(1)" not in shown


def test_more_updates_cost_no_more_statements(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    alert = published()
    where = f"/console/alerts/{alert.code}/"
    with django_assert_num_queries(QUERIES):
        client.get(where)
    follow_up(alert)
    follow_up(alert)
    with django_assert_num_queries(QUERIES):
        client.get(where)


# Who is asking (4), the alert, its updates and their corrections (2), its fan-out (3), its areas, and
# where it came from.
QUERIES = 12


# --- how it goes out -------------------------------------------------------------------------------


def test_before_anybody_is_gathered_it_is_not_finished(client: Client) -> None:
    page = client.get(f"/console/alerts/{published().code}/")
    assert not page.context["fanout"].finished
    assert "samlar mottagarna" in text(page)
    assert "Uppdatera sidan" in text(page)


def test_the_bars_count_what_became_of_each(client: Client, memory: MemoryChannel) -> None:
    people = [given.subscriber(f"+4670174060{number}") for number in range(4)]
    memory.fates = {
        people[0].phone: Outcome.FAILED,
        people[1].phone: Outcome.IN_DOUBT,
    }
    alert = published()
    dispatch = Dispatch.objects.get()
    go_out(dispatch)
    bars = client.get(f"/console/alerts/{alert.code}/updates/1/now/")
    fanout = bars.context["fanout"]
    found = Counter(dispatch.deliveries.values_list("state", flat=True))
    assert {piece.state for piece in fanout.bars[0].pieces} == set(found)
    assert sum(piece.width for piece in fanout.bars[0].pieces) == pytest.approx(100, abs=0.1)
    page = text(bars)
    assert "1 kom inte fram" in page
    assert "0 av 4 har kommit fram" in page
    assert 'data-finished="false"' in bars.content.decode()


def test_it_is_finished_when_nothing_more_is_to_come(client: Client, memory: MemoryChannel) -> None:
    given.subscriber()
    alert = published()
    dispatch = Dispatch.objects.get()
    go_out(dispatch)
    dispatch.deliveries.update(state=State.DELIVERED)
    bars = client.get(f"/console/alerts/{alert.code}/updates/1/now/")
    assert 'data-finished="true"' in bars.content.decode()
    assert "1 av 1 har kommit fram" in text(bars)
    assert "Uppdatera sidan" not in text(client.get(f"/console/alerts/{alert.code}/"))


def test_nobody_to_tell_is_finished_too(client: Client, memory: MemoryChannel) -> None:
    alert = published()
    go_out(Dispatch.objects.get())
    bars = client.get(f"/console/alerts/{alert.code}/updates/1/now/")
    assert bars.context["fanout"].finished
    assert "ingen att meddela" in text(bars)


def test_earlier_fan_outs_have_a_page_of_their_own(client: Client) -> None:
    alert = published()
    follow_up(alert)
    page = client.get(f"/console/alerts/{alert.code}/updates/1/")
    assert page.status_code == 200
    assert "<h2>Vattenavbrott i Äspered</h2>" in page.content.decode()
    assert client.get(f"/console/alerts/{alert.code}/updates/3/").status_code == 404


def test_no_style_or_script_stands_in_a_page(client: Client) -> None:
    """The content policy would drop it: the bars are SVG for that reason."""
    alert = published()
    for page in ("", "update/", "updates/1/"):
        shown = client.get(f"/console/alerts/{alert.code}/{page}").content.decode()
        assert " style=" not in shown
        assert "<style" not in shown
        assert "<script>" not in shown
        assert " onclick=" not in shown
