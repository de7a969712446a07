"""Everything that answers readers, as it is shipped, and the usual way beside it."""

from __future__ import annotations

import contextlib
import gzip
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass

from bench.house import House, as_shipped, beat, workers
from bench.reads.front import Front, front
from notify.demo.children import Child, alive, free_port
from notify.demo.stack import answers, manage

DOCUMENTS = {
    "feed": "/feeds/sv/all.atom",
    "banner": "/embed/v1/banner.json",
    "list": "/api/v1/alerts/",
    "page": "/",
}
SUFFIXES = {"feed": "atom", "banner": "json", "list": "json", "page": "html"}


@dataclass(frozen=True, slots=True)
class Site:
    """Where to ask. app, usual: one process each, without nginx. front: nginx before the app."""

    house: House
    app: Child
    app_url: str
    usual: Child
    usual_url: str
    front: Front

    def file(self, name: str) -> str:
        """What the file with a document's bytes is called."""
        return f"{name}.{SUFFIXES[name]}"

    @property
    def host(self) -> str:
        """The host that everybody asks for, so that nothing is kept under two."""
        return f"127.0.0.1:{self.front.port}"

    def ask(self, url: str) -> tuple[bytes, str]:
        """An answer's body and ETag. Raises OSError for one that is no success."""
        asked = urllib.request.Request(url, headers={"Host": self.host})  # noqa: S310 - our own
        with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310
            return answer.read(), answer.headers.get("ETag") or ""

    def static(self, name: str) -> str:
        """Its address."""
        return f"{self.front.files_url}/{self.file(name)}"


@dataclass(frozen=True, slots=True)
class Ports:
    """Chosen before anything starts: the settings name one of them."""

    front: int
    events: int


def ports() -> Ports:
    """Free ones."""
    return Ports(free_port(), free_port())


def environment(chosen: Ports) -> dict[str, str]:
    """What the house must say of the site that will stand in it."""
    url = f"http://127.0.0.1:{chosen.front}"
    return {"PUBLIC_URL": url, "EVENTS_ORIGIN": url}


@contextlib.contextmanager
def site(house: House, chosen: Ports) -> Iterator[Site]:
    """The application, the usual way, nginx, the line for open pages and workers, until the block ends."""
    manage(house.environment, "collectstatic", "--no-input", "--verbosity", "0")
    app, app_port = _web(house, "app")
    usual, usual_port = _web(house, "usual", DJANGO_SETTINGS_MODULE="bench.reads.usual_settings")
    command = [sys.executable, "-m", "uvicorn", "config.events:application", "--no-access-log"]
    command += ["--timeout-graceful-shutdown=1", f"--port={chosen.events}"]
    health = f"http://127.0.0.1:{chosen.events}/healthz"
    log = house.folder / "events.log"
    events = Child(command, log, lambda _child: answers(health), house.environment)
    files = house.folder / "files"
    files.mkdir()
    before = front(
        house.folder / "nginx", files, port=chosen.front, web=app_port, events=chosen.events
    )
    app_url, usual_url = f"http://127.0.0.1:{app_port}", f"http://127.0.0.1:{usual_port}"
    with (
        workers(house, "routine", "--queues", "routine", "--concurrency", "2"),
        workers(house, "urgent", "--queues", "urgent", "--concurrency", "2"),
        beat(house),
        alive(app, usual, events, before.child),
    ):
        yield Site(house, app, app_url, usual, usual_url, before)


def put_files(found: Site) -> None:
    """Write each document, as it is now, where nginx serves files."""
    for name, path in DOCUMENTS.items():
        body, _tag = found.ask(found.app_url + path)
        file = found.house.folder / "files" / found.file(name)
        file.write_bytes(body)
        file.with_name(f"{file.name}.gz").write_bytes(gzip.compress(body, mtime=0))


def _web(house: House, name: str, **variables: str) -> tuple[Child, int]:
    port = free_port()
    command = [sys.executable, "-m", *as_shipped(), f"--bind=127.0.0.1:{port}", "--workers=1"]
    health = f"http://127.0.0.1:{port}/healthz"
    log = house.folder / f"{name}.log"
    return Child(command, log, lambda _child: answers(health), house.environment | variables), port
