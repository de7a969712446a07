"""The house that is broken: its processes by what they do, both ledgers, and the ways to break it."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

from notify.demo.children import Child, stop
from notify.demo.stack import Stack
from tests.faults.ledgers import OurLedger, TheirLedger
from tests.faults.scale import SCALE
from tests.simulator_fixture import Simulator, wait_until

QUEUES = ("urgent", "urgent", "routine")


@dataclass(frozen=True)
class House:
    """A stack of processes with its ledgers; ``provider`` is the simulator."""

    stack: Stack
    provider: Simulator
    ours: OurLedger
    theirs: TheirLedger

    def child(self, name: str) -> Child:
        """A process by its name: web, beat, broker, postgres, simulator, worker-…"""
        return self.stack.children[name]

    @property
    def senders(self) -> list[Child]:
        """The workers that send urgent alerts."""
        return [self.child("worker-urgent"), self.child("worker-urgent-2")]

    def mend(self) -> None:
        """Start what is dead, and wake what was killed, so that the next test finds it whole."""
        dead = [one for one in self.stack.children.values() if one.process.poll() is not None]
        restart(*dead)

    def wait_for_accepted(self, dispatch: int, count: int) -> int:
        """Wait until the provider took ``count`` messages of a dispatch; returns how many it has."""

        def enough() -> int:
            have = len(self.accepted(dispatch))
            return have if have >= count else 0

        return wait_until(enough, f"{count} messages to be accepted", SCALE.patience)

    def wait_for_requests(self, dispatch: int) -> None:
        """Wait until a worker has marked a handful and so is asking the provider."""

        def marked() -> bool:
            return any(one.state == "sending" for one in self.ours.sms(dispatch))

        wait_until(marked, "requests to be on their way", SCALE.patience)

    def accepted(self, dispatch: int) -> set[int]:
        """The keys of its deliveries of which the provider took a message."""
        return self.theirs.accepted_deliveries() & {one.key for one in self.ours.sms(dispatch)}

    def wait_for_calm(self) -> None:
        """Wait until answers to what people wrote are out: they would hold up the next alert."""
        wait_until(lambda: not self.ours.direct_messages_open(), "the answers", SCALE.patience)


def kill(*children: Child) -> None:
    """SIGKILL, as the kernel does when memory runs out."""
    for child in children:
        child.kill()


def restart(*children: Child) -> None:
    """Start them again side by side, and return when they serve."""
    for child in children:
        child.start()
    for child in children:
        child.wait()


def deploy(*children: Child) -> None:
    """SIGTERM and wait for the end, then start: what a new release does."""
    stop(*(child.process for child in children))
    restart(*children)


@contextlib.contextmanager
def configured(house: House, *names: str, **variables: str) -> Iterator[None]:
    """Run some processes with other settings until the block ends."""
    children = [house.child(name) for name in names]
    before = [child.environment for child in children]
    for child in children:
        child.environment = {**(child.environment or {}), **variables}
    deploy(*children)
    try:
        yield
    finally:
        for child, environment in zip(children, before, strict=True):
            child.environment = environment
        deploy(*children)


@contextlib.contextmanager
def switched_on(house: House, *names: str) -> Iterator[None]:
    """Throw switches of ``tests.faults.worker`` until the block ends."""
    files = [house.stack.folder / name for name in names]
    for file in files:
        file.touch()
    try:
        yield
    finally:
        for file in files:
            file.unlink()


@contextlib.contextmanager
def frozen(child: Child) -> Iterator[None]:
    """SIGSTOP: it holds its connections, and answers nothing until the block ends."""
    os.killpg(child.process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.killpg(child.process.pid, signal.SIGCONT)


def stays_so_for(seconds: float) -> None:
    """Let a fault last: here time itself is what breaks things, not a condition to wait for."""
    end = time.monotonic() + seconds
    wait_until(lambda: time.monotonic() >= end, "the fault to have lasted", seconds + 60)


def second_of_its_kind(child: Child, name: str) -> Child:
    """A twin of a process, with a log and a schedule file of its own; yet to be started."""
    command = [word.replace("beat-schedule", f"{name}-schedule") for word in child.command]
    return replace(child, command=command, log=child.log.with_name(f"{name}.log"))
