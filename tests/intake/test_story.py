"""What a message continues, whatever it or somebody else says that it does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from notify.alerts.models import Update
from notify.intake.models import Outcome
from tests import given
from tests.intake.conftest import Take, taker
from tests.intake.documents import SENDER, after, all_clear, cap, info, moment, reference

pytestmark = pytest.mark.django_db


@pytest.fixture
def impostor() -> Take:
    """Writes in the same sender's name, with a key of its own that publishes nothing."""
    return taker(given.editor("nils"), publishes=False)


def test_what_refers_to_itself_is_heard(stranger: Take) -> None:
    message = cap(identifier="1")
    assert stranger(message | {"references": reference(message)}).outcome == Outcome.DRAFTED


def test_of_two_that_refer_to_each_other_the_later_is_news(stranger: Take) -> None:
    first, second = cap(identifier="1"), cap(identifier="2")
    second |= {"msgType": "Update", "sent": moment(timezone.now() + timedelta(minutes=1))}
    stranger(first | {"references": reference(second)})
    taken = stranger(second | {"references": reference(first)})
    assert taken.outcome == Outcome.REVISED


def test_capitals_and_small_letters_are_different_names(stranger: Take) -> None:
    first, other = cap(identifier="water-1"), cap(identifier="WATER-1")
    stranger(after(other))
    assert stranger(first).outcome == Outcome.DRAFTED


def test_nobody_else_makes_a_sender_late_by_naming_a_later_time(
    trusted: Take, impostor: Take
) -> None:
    first = cap()
    trusted(first)
    ahead = moment(timezone.now() + timedelta(minutes=9))
    assert impostor(after(first, info(headline="Fel"), sent=ahead)).outcome == Outcome.WAITING
    assert trusted(after(first, info(headline="Rätt"))).outcome == Outcome.UPDATED
    assert trusted(
        all_clear(first, sent=moment(timezone.now() + timedelta(minutes=2)))
    ).outcome == (Outcome.RESOLVED)


def test_nobody_else_makes_a_sender_late_by_naming_what_is_yet_to_come(
    trusted: Take, impostor: Take
) -> None:
    message = cap(identifier="next")
    forged = f"{SENDER},next,{message['sent']}"
    later = moment(timezone.now() + timedelta(minutes=5))
    impostor(cap(msgType="Update", references=forged, sent=later))
    assert trusted(message).outcome == Outcome.PUBLISHED


def test_it_is_over_only_if_every_language_and_place_says_so(trusted: Take, stranger: Take) -> None:
    over = info(responseType=["AllClear"], headline="Vattnet är tillbaka")
    for takes, still in ((trusted, info(language="en")), (trusted, info())):
        first = cap()
        published = takes(first).update
        assert takes(after(first, over, still)).outcome == Outcome.WAITING
        assert Update.objects.latest("pk") == published
    draft = cap()
    stranger(draft)
    assert stranger(after(draft, over, info())).outcome == Outcome.REVISED
