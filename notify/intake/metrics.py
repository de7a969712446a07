"""What Prometheus is told of what comes in: two statements at each scrape."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from prometheus_client.core import GaugeMetricFamily, Metric

from notify.intake.models import Origin, Poll
from notify.intake.selectors import waiting_messages


def intake(now: datetime) -> Iterator[Metric]:
    """What waits for an editor, and how asking for VMA goes; of that nothing where it is switched off."""
    yield GaugeMetricFamily(
        "notify_messages_waiting",
        "Messages from other systems that wait for an editor",
        value=waiting_messages().count(),
    )
    row = Poll.objects.filter(source=Origin.VMA).first() if settings.VMA_URL else None
    if row is None:
        return
    yield GaugeMetricFamily(
        "notify_vma_failures",
        "How often in a row VMA gave no answer to work with",
        value=row.failures,
    )
    if row.answered_at:
        yield GaugeMetricFamily(
            "notify_vma_answer_age_seconds",
            "Since VMA last gave an answer to work with",
            value=max(0.0, (now - row.answered_at).total_seconds()),
        )
