"""Every part of Notify as a process of its own: broker, simulator, web, workers and beat."""

from __future__ import annotations

import contextlib
import os
import secrets
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from cryptography.fernet import Fernet

from notify.demo.broker import broker
from notify.demo.children import (
    ROOT,
    DidNotStart,
    free_port,
    running,
    start,
    stop,
    wait_until_ready,
)

SENDER = "+46766860000"
WORKERS = ("urgent", "routine")


@dataclass(frozen=True, slots=True)
class Stack:
    """What runs, and where. environment: what each of its processes was given."""

    folder: Path
    web_url: str
    simulator_url: str
    environment: dict[str, str]


@contextlib.contextmanager
def stack(
    folder: Path,
    tell: Callable[[str], None] = lambda _what: None,
    *,
    ports: tuple[int, ...] = (),
    database_url: str = "",
    redis_url: str = "",
    **variables: str,
) -> Iterator[Stack]:
    """Run everything until the block ends, with its files and logs in ``folder``.

    tell: is told in a few words what is being started. ports: preferred for web and simulator.
    database_url: of an empty database; a SQLite file in ``folder`` when not given. redis_url: of
    a server to use; see ``broker`` for what happens without. variables: further environment
    variables. Raises DidNotStart or NoBroker.
    """
    wanted = [*ports, 0, 0]
    with contextlib.ExitStack() as running_parts:
        tell("broker")
        redis_url = redis_url or running_parts.enter_context(broker(folder))
        web_port = free_port(wanted[0])
        database_url = database_url or f"sqlite:///{folder / 'notify.sqlite3'}"
        environment = _environment(folder, database_url, redis_url, web_port) | variables
        tell("SMS simulator")
        simulator_url = running_parts.enter_context(_simulator(folder, environment, wanted[1]))
        environment["TWILIO_API_URL"] = simulator_url
        tell("database")
        manage(environment, "migrate", "--verbosity", "0")
        tell("static files")
        manage(environment, "collectstatic", "--no-input", "--verbosity", "0")
        tell("web server")
        running_parts.enter_context(_web(folder, environment, web_port))
        tell("workers")
        running_parts.enter_context(_workers(folder, environment))
        yield Stack(folder, environment["PUBLIC_URL"], simulator_url, environment)


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
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("TWILIO_")},
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DJANGO_SECRET_KEY": secrets.token_urlsafe(50),
        "DJANGO_ALLOWED_HOSTS": "127.0.0.1,localhost",
        "PUBLIC_URL": public_url,
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


@contextlib.contextmanager
def _simulator(folder: Path, environment: dict[str, str], port: int) -> Iterator[str]:
    port = free_port(port)
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "notify.simulator", "--port", str(port)]
    command += ["--number", SENDER]
    log = folder / "simulator.log"
    with running(
        command, log=log, environment=environment, ready=lambda: answers(f"{url}/simulator/health")
    ):
        yield url


@contextlib.contextmanager
def _web(folder: Path, environment: dict[str, str], port: int) -> Iterator[None]:
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", "1", "--threads", "8", "--no-control-socket"]
    url = f"{environment['PUBLIC_URL']}/healthz"
    with running(
        command, log=folder / "web.log", environment=environment, ready=lambda: answers(url)
    ):
        yield


@contextlib.contextmanager
def _workers(folder: Path, environment: dict[str, str]) -> Iterator[None]:
    celery = [sys.executable, "-m", "celery", "-A", "config"]
    worker = [*celery, "worker", "--concurrency", "1", "--without-mingle", "--without-gossip"]
    commands = {
        f"worker-{queue}": ([*worker, "--queues", queue, "--hostname", f"{queue}@%h"], " ready.")
        for queue in WORKERS
    }
    schedule = str(folder / "beat-schedule")
    commands["beat"] = ([*celery, "beat", "--schedule", schedule], "beat: Starting")
    children = []
    try:
        for name, (command, _words) in commands.items():
            log = folder / f"{name}.log"
            children.append(start(command, log=log, environment=environment))
        for child, (name, (_command, words)) in zip(children, commands.items(), strict=True):
            log = folder / f"{name}.log"
            wait_until_ready(child, partial(_says, log, words), log)
        yield
    finally:
        stop(*children)


def answers(url: str) -> bool:
    """Whether a GET of the address is answered with success."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 - our own http address
            return bool(response.status == 200)
    except OSError:
        return False


def _says(log: Path, words: str) -> bool:
    return log.exists() and words in log.read_text(errors="replace")
