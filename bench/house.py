"""Every part as a process of its own: PostgreSQL, Redis or Valkey, the stand-in, and the workers."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import django

from bench.observer import PRELOAD, Observer
from notify.demo.broker import server
from notify.demo.children import ROOT, Child, accepts, alive, free_port, stop
from notify.demo.stack import manage
from tests.provision import postgres

# Durable, as in use: fsync and synchronous commits are on, as they are when nobody says otherwise.
POSTGRES = [PRELOAD, "shared_buffers=512MB", "max_wal_size=4GB", "max_connections=60"]
# Well-known bytes: they protect made-up numbers only, and are the same each time, so that the
# ciphertexts need not be made again.
KEYS = {
    "DJANGO_SECRET_KEY": "only-for-the-bench-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFG",
    "PHONE_KEYS": "bm90aWZ5LWJlbmNoLW5vdGlmeS1iZW5jaC1rZXktMDE=",
    "PHONE_INDEX_KEY": "6e6f746966792d62656e63682d6e6f746966792d62656e63682d6b65792d3031",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "only-for-the-bench",
    "TWILIO_SENDER": "+46766860000",
}


@dataclass(frozen=True, slots=True)
class House:
    """What runs, and where. environment: what each process of Notify is given."""

    folder: Path
    provider_url: str
    provider: Child
    observer: Observer
    environment: dict[str, str]


@contextlib.contextmanager
def house(folder: Path, **variables: str) -> Iterator[House]:
    """Everything but the workers, until the block ends; this process has Django set up in it.

    variables: of the environment, beside those of every bench. Raises DidNotStart, NoBroker or
    Missing with a sentence for the person.
    """
    with contextlib.ExitStack() as parts:
        database_url = parts.enter_context(_database())
        broker, redis_url = server(folder)
        port = free_port()
        provider = Child(
            [sys.executable, "-m", "bench.provider", "--port", str(port)],
            folder / "provider.log",
            lambda _child: accepts(port),
        )
        parts.enter_context(alive(broker, provider))
        provider_url = f"http://127.0.0.1:{port}"
        environment = _environment(folder, database_url, redis_url, provider_url) | variables
        os.environ.update(environment)
        manage(environment, "migrate", "--verbosity", "0")
        observer = Observer(database_url)
        parts.callback(observer.close)
        django.setup()
        yield House(folder, provider_url, provider, observer, environment)


def as_shipped() -> list[str]:
    """What the container runs, without the address and the number of processes."""
    lines = (ROOT / "docker" / "Dockerfile").read_text().splitlines()
    [command] = [line.removeprefix("CMD ") for line in lines if line.startswith("CMD ")]
    return [word for word in json.loads(command) if not word.startswith(("--bind=", "--workers="))]


@contextlib.contextmanager
def _database() -> Iterator[str]:
    """The URL of an empty PostgreSQL that lives with the block."""
    with postgres.server(*POSTGRES) as (child, url):
        child.start()
        try:
            child.wait()
            yield url
        finally:
            stop(child.process, politely=postgres.FAST_SHUTDOWN)


@contextlib.contextmanager
def workers(
    house: House, name: str, *options: str, app: str = "config.worker", **variables: str
) -> Iterator[Child]:
    """A Celery worker, as the container runs it, until the block ends."""
    celery = [sys.executable, "-m", "celery", "-A", app, "worker", "--hostname", f"{name}@%h"]
    child = Child(
        [*celery, "--without-mingle", "--without-gossip", *options],
        house.folder / f"{name}.log",
        lambda child: child.said(" ready."),
        house.environment | variables,
    )
    with alive(child):
        yield child


@contextlib.contextmanager
def beat(house: House) -> Iterator[Child]:
    """Celery's beat, until the block ends: the sweep is part of the work."""
    command = [sys.executable, "-m", "celery", "-A", "config.worker", "beat", "--pidfile="]
    command += ["--schedule", str(house.folder / "beat-schedule")]
    log = house.folder / "beat.log"
    child = Child(command, log, lambda child: child.process.poll() is None, house.environment)
    with alive(child):
        yield child


def _environment(
    folder: Path, database_url: str, redis_url: str, provider_url: str
) -> dict[str, str]:
    """As in production, and nothing of the developer's own."""
    kept = {
        name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ
    }
    return (
        kept
        | KEYS
        | {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DJANGO_ALLOWED_HOSTS": "127.0.0.1",
            "PUBLIC_URL": "http://127.0.0.1",
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "TWILIO_API_URL": provider_url,
            "STATIC_ROOT": str(folder / "static"),
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
        }
    )
