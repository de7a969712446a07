"""What the kernel counted of processes."""

from __future__ import annotations

import os
import subprocess
import sys

from bench.processes import cpu_seconds, family, memory

# A child burns, is waited for, and its parent answers: the CPU is then counted by nobody else.
PARENT = """
import subprocess, sys
subprocess.run([sys.executable, "-c", "sum(i * i for i in range(3_000_000))"], check=True)
print("done", flush=True)
sys.stdin.read()
"""


def test_cpu_of_children_that_have_ended_counts() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()

        assert cpu_seconds(parent.pid) > 0.05
        parent.communicate()


def test_a_process_belongs_to_its_own_family() -> None:
    assert os.getpid() in family(os.getpid())


def test_memory_is_known_for_the_living_and_nothing_for_the_gone() -> None:
    assert memory(os.getpid()).peaks[0] > 1
    assert memory(2**22 + 1).peaks == (0.0,)
