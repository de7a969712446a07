"""What the first page shows: alerts as entries, sorted into now, planned and ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from notify.alerts.models import Alert, Area
from notify.alerts.phases import ENDED, Phase, phase_of
from notify.alerts.selectors import (
    concerning,
    current_alerts,
    ended_alerts,
    planned_alerts,
    standing_alerts,
)
from notify.alerts.vocabulary import Severity
from notify.portal.places import by_name, label
from notify.portal.reading import Reading


@dataclass(frozen=True, slots=True)
class Entry:
    """An alert as a reader meets it in a list."""

    alert: Alert
    phase: Phase
    reading: Reading
    areas: list[Area]

    @classmethod
    def of(cls, alert: Alert, now: datetime) -> Entry:
        """The alert's entry at ``now``; reads its areas."""
        return cls(alert, phase_of(alert, now), Reading.of(alert), by_name(alert.areas.all()))

    @property
    def places(self) -> list[str]:
        """What its areas are called."""
        return [label(area.name, area.path) for area in self.areas]

    @property
    def codes(self) -> str:
        """The codes of its areas, for the map."""
        return " ".join(area.code for area in self.areas)

    @property
    def never_began(self) -> bool:
        """Whether it ended before it was to begin, as planned work that was called off in time."""
        return bool(self.alert.ended_at and self.alert.onset > self.alert.ended_at)

    @property
    def over(self) -> bool:
        """Whether it is over, said so by somebody or by its plan."""
        return self.phase in ENDED

    @property
    def over_since(self) -> datetime | None:
        """When it ended, or was to end."""
        return self.alert.ended_at or self.alert.expires


@dataclass(frozen=True, slots=True)
class Board:
    """Everything the public may see at one moment, worst first, soonest first, latest first.

    elsewhere: with a place chosen, what stands or is planned and does not concern it.
    """

    current: list[Entry]
    planned: list[Entry]
    ended: list[Entry]
    elsewhere: list[Entry]

    @classmethod
    def at(cls, now: datetime, area: Area | None = None) -> Board:
        """The board at ``now``, of everything or of one area first. At most seven statements."""

        def entries(alerts: QuerySet[Alert]) -> list[Entry]:
            return [Entry.of(alert, now) for alert in alerts]

        current = entries(current_alerts(now))
        current.sort(key=lambda entry: Severity.values.index(entry.alert.severity))
        planned, ended = entries(planned_alerts(now)), ended_alerts(now)
        if area is None:
            return cls(current, planned, entries(ended), [])
        standing = concerning(standing_alerts(now), area).order_by()
        here = set(standing.values_list("pk", flat=True))
        return cls(
            [entry for entry in current if entry.alert.pk in here],
            [entry for entry in planned if entry.alert.pk in here],
            entries(concerning(ended, area)),
            [entry for entry in [*current, *planned] if entry.alert.pk not in here],
        )

    @property
    def worst(self) -> str:
        """The severity of the worst that is current; empty when nothing is."""
        return self.current[0].alert.severity if self.current else ""

    @property
    def services(self) -> list[str]:
        """The names of the services disrupted now, each once."""
        return list(dict.fromkeys(_service_names(self.current)))


def _service_names(entries: Iterable[Entry]) -> Iterable[str]:
    return (str(entry.alert.service) for entry in entries)
