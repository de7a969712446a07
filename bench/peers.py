"""What ours is compared with: the bare client, and the usual way."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator

from bench import control, usual
from bench.bare import BODY
from bench.fanout import STUCK_SECONDS, Stuck, postmaster
from bench.figures import Run
from bench.house import House
from bench.processes import cpu_seconds, memory
from notify.demo.children import ROOT, Child


def bare(house: House, count: int, processes: int, *, latency_ms: float = 0) -> Run:
    """So many processes send ``count`` messages in all, each with the official client and nothing else."""
    control.behave(house.provider_url, latency_ms=latency_ms)
    share = count // processes
    command = [
        sys.executable,
        "-m",
        "bench.bare",
        "--url",
        house.provider_url,
        "--count",
        str(share),
    ]
    with contextlib.ExitStack() as parts:
        clients = [parts.enter_context(_client(command, house)) for _ in range(processes)]
        for client in clients:
            assert client.stdout is not None
            client.stdout.readline()
        before = control.counted(house.provider_url)
        for client in clients:
            assert client.stdin is not None
            client.stdin.write("go\n")
            client.stdin.flush()
        figures = [json.loads(client.communicate()[0]) for client in clients]
    counted = control.counted(house.provider_url)
    began = min(one["began"] for one in figures)
    peaks = tuple(one["peak_mb"] for one in figures)
    return Run(
        way="bare",
        messages=counted.accepted,
        latency_ms=latency_ms,
        seconds=max(one["ended"] for one in figures) - began,
        sending_cpu=sum(one["cpu"] for one in figures),
        provider_cpu=counted.cpu - before.cpu,
        first=min(text.first for text in counted.texts) - began,
        last=max(text.last for text in counted.texts) - began,
        peaks=peaks,
        together=sum(one["together_mb"] for one in figures),
    )


@contextlib.contextmanager
def _client(command: list[str], house: House) -> Iterator[subprocess.Popen[str]]:
    client = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=house.environment,
    )
    try:
        yield client
    finally:
        client.kill()
        client.communicate()


def usual_way(house: House, worker: Child, count: int, *, latency_ms: float = 0) -> Run:
    """Enqueue a task for each of ``count`` rows and wait until all are saved as sent. Raises Stuck."""
    house.observer.execute("TRUNCATE bench_sms RESTART IDENTITY")
    rows = (usual.Sms(phone=f"+467{number:08}", body=BODY) for number in range(count))
    keys = [row.pk for row in usual.Sms._default_manager.bulk_create(rows)]
    house.observer.execute("VACUUM ANALYZE bench_sms")
    control.behave(house.provider_url, latency_ms=latency_ms)
    before = control.counted(house.provider_url)
    pid, postgres = worker.process.pid, postmaster(house)
    house.observer.forget()
    cpu, database_cpu, began = cpu_seconds(pid), cpu_seconds(postgres), time.time()
    for key in keys:
        usual.send.delay(key)
    _wait(house, count)
    seconds = time.time() - began
    counted, held = control.counted(house.provider_url), memory(pid)
    return Run(
        way="usual",
        messages=count,
        latency_ms=latency_ms,
        seconds=seconds,
        sending_cpu=cpu_seconds(pid) - cpu,
        provider_cpu=counted.cpu - before.cpu,
        first=min(text.first for text in counted.texts) - began,
        last=max(text.last for text in counted.texts) - began,
        peaks=held.peaks,
        together=held.together,
        database_cpu=cpu_seconds(postgres) - database_cpu,
        work=house.observer.work(),
    )


def _wait(house: House, count: int) -> None:
    before, since = -1, time.monotonic()
    while (
        sent := house.observer.value("SELECT count(*) FROM bench_sms WHERE state = 'sent'")
    ) != count:
        if sent != before:
            before, since = int(str(sent)), time.monotonic()
        if time.monotonic() - since > STUCK_SECONDS:
            raise Stuck(f"The usual way stopped at {sent} of {count}.")
        time.sleep(0.02)
