"""What one way of sending did and cost in one run; what is compared with what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bench.observer import Work


@dataclass(frozen=True, slots=True)
class Run:
    """One way, one size. Times are seconds, memory is MB.

    seconds: from the start (ours: publishing) to the last message done (ours and the usual way:
    recorded). sending_cpu: of the sending processes with their parents; database_cpu: of all of
    PostgreSQL. first, last: when the stand-in accepted them, from the start. peaks: largest memory of
    each sending process; together: of all, shared pages counted once. expanded: when every delivery
    was in the ledger. steady: segments per second after the first thousand messages.
    """

    way: str
    messages: int
    latency_ms: float
    seconds: float
    sending_cpu: float
    provider_cpu: float
    first: float
    last: float
    peaks: tuple[float, ...]
    together: float
    database_cpu: float | None = None
    expanded: float | None = None
    refused: int = 0
    steady: float | None = None
    work: Work | None = None

    @property
    def rate(self) -> float:
        """Messages per second."""
        return self.messages / self.seconds

    @property
    def per_cpu_second(self) -> float:
        """Messages per CPU-second of the sending processes."""
        return self.messages / self.sending_cpu

    @property
    def statements(self) -> float | None:
        """SQL statements per message, those that only open or close a transaction left out."""
        return self.work.statements / self.messages if self.work else None

    @property
    def wal_bytes(self) -> float | None:
        """Bytes of write-ahead log per message."""
        return self.work.wal_bytes / self.messages if self.work else None


def middle(runs: Iterable[Run]) -> Run:
    """The run whose rate is the median (of an even number, the slower of the two)."""
    ordered = sorted(runs, key=lambda run: run.rate)
    return ordered[(len(ordered) - 1) // 2]
