"""Every part of Notify as a process of its own: broker, simulator, web, events, workers and beat."""

from __future__ import annotations

import contextlib
import os
import secrets
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet

from notify.demo.broker import broker
from notify.demo.children import ROOT, Child, DidNotStart, alive, free_port

SENDER = "+46766860000"
WORKERS = ("urgent", "routine")


@dataclass(frozen=True, slots=True)
class Stack:
    """What runs, and where. environment: what each of its processes was given; children: by name."""

    folder: Path
    web_url: str
    simulator_url: str
    environment: dict[str, str]
    children: dict[str, Child]


@contextlib.contextmanager
def stack(
    folder: Path,
    tell: Callable[[str], None] = lambda _what: None,
    *,
    ports: tuple[int, ...] = (),
    database_url: str = "",
    redis_url: str = "",
    queues: Sequence[str] = WORKERS,
    celery_app: str = "config.worker",
    **variables: str,
) -> Iterator[Stack]:
    """Run everything until the block ends, with its files and logs in ``folder``.

    tell: is told in a few words what is being started. ports: preferred for web and simulator.
    database_url: of an empty database; a SQLite file in ``folder`` when not given. redis_url: of
    a server to use; see ``broker`` for what happens without. queues: a worker for each, twice the
    same for two. celery_app: what workers and beat run. variables: further environment variables.
    Raises DidNotStart or NoBroker.
    """
    wanted = [*ports, 0, 0]
    with contextlib.ExitStack() as running_parts:
        tell("broker")
        redis_url = redis_url or running_parts.enter_context(broker(folder))
        web_port = free_port(wanted[0])
        database_url = database_url or f"sqlite:///{folder / 'notify.sqlite3'}"
        environment = _environment(folder, database_url, redis_url, web_port) | variables
        tell("SMS simulator")
        simulator, simulator_url = _simulator(folder, environment, wanted[1])
        running_parts.enter_context(alive(simulator))
        environment["TWILIO_API_URL"] = simulator_url
        tell("database")
        manage(environment, "migrate", "--verbosity", "0")
        tell("static files")
        manage(environment, "collectstatic", "--no-input", "--verbosity", "0")
        tell("web server")
        web = _web(folder, environment, web_port)
        events = _events(folder, environment)
        running_parts.enter_context(alive(web, events))
        tell("workers")
        workers = _workers(folder, environment, queues, celery_app)
        running_parts.enter_context(alive(*workers.values()))
        children = {"simulator": simulator, "web": web, "events": events, **workers}
        yield Stack(folder, environment["PUBLIC_URL"], simulator_url, environment, children)


def manage(environment: dict[str, str], *command: str) -> str:
    """Run a management command and return what it printed. Raises DidNotStart with what it said."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *command],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    if done.returncode:
        raise DidNotStart(f"manage.py {command[0]} failed:\n{done.stderr[-2000:]}")
    return done.stdout


def _environment(folder: Path, database_url: str, redis_url: str, web_port: int) -> dict[str, str]:
    """A production-like configuration with fresh keys; nothing of it is known to anybody else."""
    public_url = f"http://127.0.0.1:{web_port}"
    events = f"http://127.0.0.1:{free_port()}"
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("TWILIO_")},
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DJANGO_SECRET_KEY": secrets.token_urlsafe(50),
        "DJANGO_ALLOWED_HOSTS": "127.0.0.1,localhost",
        "PUBLIC_URL": public_url,
        "EVENTS_ORIGIN": events,
        "DJANGO_DEBUG": "false",
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "REDIS_KEY_PREFIX": f"{secrets.token_hex(8)}:",
        "STATIC_ROOT": str(folder / "static"),
        "PHONE_KEYS": Fernet.generate_key().decode(),
        "PHONE_INDEX_KEY": secrets.token_hex(32),
        "TWILIO_ACCOUNT_SID": "AC" + secrets.token_hex(16),
        "TWILIO_AUTH_TOKEN": secrets.token_hex(16),
        "TWILIO_SENDER": SENDER,
        "SIMULATOR_INBOUND_URL": f"{public_url}/sms/inbound",
        "PYTHONUNBUFFERED": "1",
    }


def _simulator(folder: Path, environment: dict[str, str], port: int) -> tuple[Child, str]:
    port = free_port(port)
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "notify.simulator", "--port", str(port)]
    command += ["--number", SENDER]
    health = f"{url}/simulator/health"
    log = folder / "simulator.log"
    clock = {"TZ": environment.get("TIME_ZONE") or "Europe/Stockholm"}
    return Child(command, log, lambda _child: answers(health), environment | clock), url


def _web(folder: Path, environment: dict[str, str], port: int) -> Child:
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "config.wsgi",
        "--preload",
        "--bind",
        f"127.0.0.1:{port}",
    ]
    command += ["--workers", "1", "--threads", "8", "--no-control-socket"]
    health = f"{environment['PUBLIC_URL']}/healthz"
    return Child(command, folder / "web.log", lambda _child: answers(health), environment)


def _events(folder: Path, environment: dict[str, str]) -> Child:
    origin = environment["EVENTS_ORIGIN"]
    port = origin.rpartition(":")[2]
    command = [sys.executable, "-m", "uvicorn", "config.events:application", "--port", port]
    command += ["--no-access-log", "--timeout-graceful-shutdown", "1"]
    health = f"{origin}/healthz"
    return Child(command, folder / "events.log", lambda _child: answers(health), environment)


def _workers(
    folder: Path, environment: dict[str, str], queues: Sequence[str], celery_app: str
) -> dict[str, Child]:
    """A worker per queue and the beat: ``worker-urgent``, the next of its kind ``worker-urgent-2``."""
    celery = [sys.executable, "-m", "celery", "-A", celery_app]
    worker = [*celery, "worker", "--concurrency", "1", "--without-mingle", "--without-gossip"]
    children: dict[str, Child] = {}
    of_its_kind: Counter[str] = Counter()
    for queue in queues:
        of_its_kind[queue] += 1
        name = queue if of_its_kind[queue] == 1 else f"{queue}-{of_its_kind[queue]}"
        children[f"worker-{name}"] = Child(
            [*worker, "--queues", queue, "--hostname", f"{name}@%h"],
            folder / f"worker-{name}.log",
            lambda child: child.said(" ready."),
            environment,
        )
    children["beat"] = Child(
        [*celery, "beat", "--schedule", str(folder / "beat-schedule")],
        folder / "beat.log",
        # The end of its banner: it has read its settings, and logs nothing when all is well.
        lambda child: child.said("LocalTime ->"),
        environment,
    )
    return children


def answers(url: str) -> bool:
    """Whether a GET of the address is answered with success."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 - our own http address
            return bool(response.status == 200)
    except OSError:
        return False
