"""What Prometheus is told of what comes in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from notify.intake.metrics import intake
from notify.intake.models import Origin, Poll
from tests.console.world import published
from tests.intake.conftest import Take
from tests.intake.documents import after, cap, info

pytestmark = pytest.mark.django_db


def told() -> dict[str, float]:
    families = intake(timezone.now())
    return {sample.name: sample.value for family in families for sample in family.samples}


def test_what_waits_for_an_editor_is_counted(
    stranger: Take, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = cap()
    alert = stranger(first).alert
    assert alert
    published(alert)
    with django_assert_num_queries(1):
        assert told() == {"notify_messages_waiting": 0}
    stranger(after(first, info(headline="Nytt")))
    assert told() == {"notify_messages_waiting": 1}


def test_how_asking_for_warnings_goes_is_told_where_they_are_asked_for(settings: Settings) -> None:
    row = Poll.of(Origin.VMA)
    row.changed(failures=3)
    assert set(told()) == {"notify_messages_waiting"}
    settings.VMA_URL = "https://vma.example.se/alerts"
    assert told() == {"notify_messages_waiting": 0, "notify_vma_failures": 3}
    row.changed(answered_at=timezone.now() - timedelta(minutes=2))
    assert told()["notify_vma_answer_age_seconds"] == pytest.approx(120, abs=5)
