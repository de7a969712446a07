"""What processes cost, as the kernel counted it: proc(5)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Memory:
    """MB. peaks: of each process, the largest it ever was in memory (VmHWM), largest first.

    together: what they hold now, with pages that they share counted once (the sum of PSS).
    """

    peaks: tuple[float, ...]
    together: float


def cpu_seconds(pid: int) -> float:
    """CPU of a process and all it started, those that have ended included."""
    return sum(_cpu(one) for one in family(pid))


def memory(pid: int) -> Memory:
    """Memory of a process and all it started that live."""
    pids = list(family(pid))
    peaks = sorted((_kilobytes(one, "status", "VmHWM:") / 1024 for one in pids), reverse=True)
    together = sum(_kilobytes(one, "smaps_rollup", "Pss:") for one in pids) / 1024
    return Memory(tuple(peaks), together)


def family(pid: int) -> Iterator[int]:
    """The process and everything that descends from it."""
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdecimal() and (fields := _stat(int(entry.name))):
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    todo = [pid]
    while todo:
        one = todo.pop()
        yield one
        todo += children.get(one, [])


def _cpu(pid: int) -> float:
    # utime, stime, and both of the children that were waited for; fields 14 to 17 of stat.
    fields = _stat(pid)
    return sum(int(field) for field in fields[11:15]) / TICKS if fields else 0.0


def _stat(pid: int) -> list[str]:
    """The fields from the third on, behind the name, which may hold anything; none if it is gone."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return []


def _kilobytes(pid: int, file: str, name: str) -> int:
    try:
        lines = (PROC / str(pid) / file).read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(name)), 0)
