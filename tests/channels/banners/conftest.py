"""Two real servers: ours, which can die, and somebody else's page on another origin."""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.servers.basehttp import ThreadedWSGIServer
from django.test.testcases import LiveServerThread
from pytest_django import Settings
from redis import Redis

from notify.channels.banners import bell
from notify.demo.children import Child, alive, free_port
from notify.demo.stack import answers


class MortalServer(ThreadedWSGIServer):
    """Closes what is open when it is closed: a server that died keeps no connection alive."""

    daemon_threads = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.open: list[socket.socket] = []
        super().__init__(*args, **kwargs)

    def get_request(self) -> tuple[Any, Any]:
        request, address = super().get_request()
        self.open.append(request)
        return request, address

    def server_close(self) -> None:
        for request in self.open:
            with suppress(OSError):
                request.shutdown(socket.SHUT_RDWR)
        super().server_close()


class Ours(LiveServerThread):
    """Our own server, in this process, with connections of its own to this test's database."""

    server_class = MortalServer
    alive = False

    def __init__(self) -> None:
        super().__init__("127.0.0.1", StaticFilesHandler)

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def begin(self) -> None:
        self.daemon = True
        self.start()
        self.is_ready.wait()
        if self.error:
            raise self.error
        self.alive = True

    def die(self) -> None:
        if self.alive:
            self.terminate()
        self.alive = False


@pytest.fixture
def ours(transactional_db: None, settings: Settings) -> Iterator[Ours]:
    """Our server; ``die()`` ends it. Without ``line``, its pages have nobody to listen to."""
    settings.EVENTS_ORIGIN = ""
    server = Ours()
    server.begin()
    yield server
    server.die()


@dataclass(frozen=True)
class Line:
    """The process that tells open pages of changes. port: of 127.0.0.1."""

    port: int
    child: Child

    @property
    def open_files(self) -> int:
        return len(list(Path(f"/proc/{self.child.process.pid}/fd").iterdir()))


@contextmanager
def started_line(folder: Path, redis_url: str) -> Iterator[Line]:
    """A real one, that hears the bell of this test's settings in that Redis."""
    port = free_port()
    environment = os.environ | {
        "REDIS_URL": redis_url,
        "REDIS_KEY_PREFIX": django_settings.REDIS_KEY_PREFIX,
    }
    command = [sys.executable, "-m", "uvicorn", "config.events:application", "--port", str(port)]
    command += ["--no-access-log", "--timeout-graceful-shutdown", "1"]
    # It is up before it hears the bell, and sends everybody away until then.
    ready = f"http://127.0.0.1:{port}{bell.PATH}"
    child = Child(command, folder / "events.log", lambda _child: answers(ready), environment)
    with alive(child):
        yield Line(port, child)


@pytest.fixture
def line(redis: Redis, redis_url: str, settings: Settings, tmp_path: Path) -> Iterator[Line]:
    """The line, for pages that load from now on."""
    with started_line(tmp_path, redis_url) as line:
        settings.EVENTS_ORIGIN = f"http://127.0.0.1:{line.port}"
        yield line


@dataclass
class HostPage:
    """Somebody else's page: its HTML and headers, on an origin of its own."""

    url: str = ""
    html: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def embed(self, ours: Ours, attributes: str = "", *, before: str = "", after: str = "") -> None:
        """Have the page be a main element with our script in it, under a strict content policy."""
        script = f'<script src="{ours.url}/embed/v1/banner.js" {attributes} async></script>'
        self.write(ours, f"{before}{script}{after}<p>Välkommen</p>")

    def write(self, ours: Ours, main: str, direction: str = "ltr") -> None:
        """Have the page be a main element with this in it, under a strict content policy."""
        self.html = (
            f'<!doctype html><html lang="sv" dir="{direction}"><meta charset="utf-8">'
            '<title>Kommunen</title><meta name="viewport" content="width=device-width">'
            f"<main>{main}</main></html>"
        )
        self.headers["Content-Security-Policy"] = (
            f"default-src 'none'; script-src {ours.url}; connect-src {ours.url} "
            f"{django_settings.EVENTS_ORIGIN}; "
            "style-src 'self'; require-trusted-types-for 'script'"
        )


@pytest.fixture
def host() -> Iterator[HostPage]:
    """A page that the test writes, served by a real server on another port."""
    page = HostPage()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = page.html.encode() if self.path == "/" else b""
            self.send_response(200 if self.path == "/" else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            for name, value in page.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Say nothing: the test's output is for the test."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = False
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        page.url = f"http://localhost:{server.server_port}/"
        yield page
        server.shutdown()
        thread.join()
