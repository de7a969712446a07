"""So many connections that ask for one address again and again, by wrk."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass

from tests.provision import wrk


@dataclass(frozen=True, slots=True)
class Load:
    """rate: answers per second. errors: other than 2xx and 3xx, or none at all."""

    rate: float
    errors: int


def load(url: str, *headers: str, connections: int, seconds: float) -> Load:
    """Ask as fast as answers come. headers: each a line, such as "If-None-Match: …"."""
    command = [wrk.executable(), "--threads=1", f"--connections={connections}"]
    command += [f"--duration={seconds:.0f}s", "--timeout=10s"]
    command += [f"--header={line}" for line in headers]
    done = subprocess.run([*command, url], capture_output=True, text=True, check=True)
    return read(done.stdout)


def read(report: str) -> Load:
    """What wrk's report says. Raises ValueError for what is none."""
    found = re.search(r"^Requests/sec:\s+([\d.]+)$", report, re.MULTILINE)
    if found is None:
        raise ValueError(f"wrk says no rate:\n{report}")
    failed = sum(
        int(count) for count in re.findall(r"(?:connect|read|write|timeout) (\d+)", report)
    )
    failed += sum(int(count) for count in re.findall(r"Non-2xx or 3xx responses: (\d+)", report))
    return Load(float(found[1]), failed)
