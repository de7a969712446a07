"""Watching dispatches in a terminal: ``manage.py dispatch``."""

from __future__ import annotations

import uuid
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from notify.dispatch.control import stop
from notify.dispatch.models import Delivery, State
from notify.dispatch.progress import ChannelProgress
from notify.dispatch.terminal import bar, listing, time_left
from tests.dispatch import world

pytestmark = pytest.mark.django_db


class Terminal(StringIO):
    """Somebody sits in front of it; at each look from the second on, everything has arrived."""

    def __init__(self) -> None:
        super().__init__()
        self.looks = 0

    def isatty(self) -> bool:
        return True

    def flush(self) -> None:
        self.looks += 1
        Delivery.objects.update(state=State.DELIVERED)


def said(*args: Any, **options: Any) -> str:
    out = StringIO()
    call_command("dispatch", *args, stdout=out, **options)
    return out.getvalue()


def test_without_an_id_the_latest_are_listed() -> None:
    world.crowd(2)
    first = world.fan_out()
    second = world.say()
    lines = said().splitlines()
    assert lines[0].split() == ["id", "published", "queue", "done", "alert"]
    assert [line.split()[0] for line in lines[1:]] == [str(second.pk), str(first.pk)]
    assert "0/…" in lines[1]
    assert "2/2" in lines[2]
    assert "Water outage in Äspered" in lines[2]


def test_before_anything_was_published_it_says_so() -> None:
    assert listing([]) == "Nothing has been published yet."


def test_one_look_says_how_far_it_is_and_why_not_further() -> None:
    world.crowd(4)
    dispatch = world.expanded()
    one, two, three, _four = dispatch.deliveries.order_by("pk")
    Delivery.objects.filter(pk=one.pk).update(state=State.DELIVERED, provider="memory")
    Delivery.objects.filter(pk=two.pk).update(state=State.FAILED, error="gave_up")
    Delivery.objects.filter(pk=three.pk).update(state=State.IN_DOUBT)
    text = said(dispatch.pk, once=True)
    assert "memory  2 of 4 handed over" in text
    assert "█ 1 delivered  ? 1 in_doubt  × 1 failed  · 1 queued" in text
    assert "failed: 1 · The provider could not take it for 24 hours. (gave_up)" in text
    assert "in_doubt: 1 · A worker stopped while it was being sent." in text
    assert "\x1b" not in text


def test_it_tells_who_stopped_it() -> None:
    world.crowd(1)
    dispatch = world.expanded()
    stop(dispatch, key=uuid.uuid4(), by=User.objects.create_user("karin"))
    assert "stopped (1 messages) by karin" in said(dispatch.pk, once=True)


def test_it_ends_by_itself_when_the_dispatch_is_finished() -> None:
    world.crowd(1)
    dispatch = world.expanded()
    terminal = Terminal()
    call_command("dispatch", dispatch.pk, every=0.1, stdout=terminal)
    text = terminal.getvalue()
    assert terminal.looks == 2
    assert "0 of 1 handed over" in text
    assert "1 of 1 handed over · finished" in text
    # The second look is drawn over the first.
    lines = text.split("\x1b[")[0].count("\n")
    assert f"\x1b[{lines}F\x1b[J" in text


def test_a_dispatch_that_is_none_is_said_to_be_none() -> None:
    with pytest.raises(CommandError, match="There is no dispatch 4711"):
        said(4711)


@pytest.mark.parametrize("every", ["0", "-1", "nan", "soon", "1e9"])
def test_a_pace_that_makes_no_sense_is_refused(every: str) -> None:
    with pytest.raises(CommandError):
        call_command("dispatch", "1", f"--every={every}", stdout=StringIO())


@pytest.mark.parametrize(
    ("delivered", "queued", "drawn"),
    [(0, 0, "          "), (0, 3, "··········"), (1, 3, "██········"), (3, 0, "██████████")],
)
def test_the_bar_fills_with_what_has_arrived(delivered: int, queued: int, drawn: str) -> None:
    counts = dict.fromkeys(State.values, 0) | {"delivered": delivered, "queued": queued}
    assert bar(ChannelProgress("memory", counts, expanded=True), 10) == f"[{drawn}]"


def test_a_bar_is_as_wide_as_it_should_be_whatever_is_in_it() -> None:
    counts = {state: index * 7 + 1 for index, state in enumerate(State.values)}
    for width in range(1, 80):
        assert len(bar(ChannelProgress("memory", counts, expanded=True), width)) == width + 2


def test_the_time_left_is_said_in_its_unit() -> None:
    said_so = [time_left(seconds) for seconds in (None, 12.3, 600, 9000)]
    assert said_so == ["", "12 s left", "10 min left", "2 h left"]
