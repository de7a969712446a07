"""What the figures were measured on: figures without a machine mean nothing."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from notify.demo.children import ROOT


def machine(database: str) -> str:
    """One paragraph: when, on what, with which versions, and how busy it was with other things."""
    load = os.getloadavg()[0]
    parts = [
        f"{os.cpu_count()} × {_processor()}",
        f"{_memory():.0f} GB",
        f"{platform.system()} {platform.release()}",
        f"CPython {platform.python_version()}",
        f"PostgreSQL {database}",
        *(f"{name} {version(name.lower())}" for name in ("Django", "Celery", "twilio", "aiohttp")),
    ]
    when = datetime.now(UTC)
    return f"Measured {when:%Y-%m-%d %H:%M} UTC at {_commit()}, load {load:.1f} before it began, on {', '.join(parts)}."


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _memory() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


def _commit() -> str:
    command = ["git", "rev-parse", "--short", "HEAD"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "an unknown version"
