"""nginx as it is shipped, with a second door beside it that serves files and nothing else."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from notify.demo.children import ROOT, Child, accepts, free_port
from tests.provision import nginx

SHIPPED = ROOT / "docker" / "nginx"
FILES = """
server {{
    listen 127.0.0.1:{port} backlog=4096;
    server_tokens off;
    root {root};
    gzip_static on;
}}
"""


@dataclass(frozen=True, slots=True)
class Front:
    """nginx yet to be started, and its two doors."""

    child: Child
    port: int
    files_url: str

    @property
    def url(self) -> str:
        """The address of the first door."""
        return f"http://127.0.0.1:{self.port}"


def front(folder: Path, files: Path, *, port: int, web: int, events: int) -> Front:
    """What docker/nginx says, on 127.0.0.1:``port`` and with its own files in ``folder``.

    files: what the second door serves, compressed as the first does: ready, beside each file. web, events: where the
    application listens.
    """
    folder.mkdir()
    (folder / "conf.d").mkdir()
    files_port = free_port()
    site = _replaced(
        (SHIPPED / "notify.conf.template").read_text(),
        {
            "${TLS_PROXY}": "127.0.0.1/32",
            "/var/cache/notify": f"{folder}/cache",
            "server web:8000;": f"server 127.0.0.1:{web};",
            "server events:8000;": f"server 127.0.0.1:{events};",
            "listen 8080 default_server;": f"listen 127.0.0.1:{port} backlog=4096;",
        },
    )
    doors = site + FILES.format(port=files_port, root=files)
    (folder / "conf.d" / "site.conf").write_text(doors)
    outer = _replaced(
        (SHIPPED / "nginx.conf").read_text(),
        {
            "/tmp/": f"{folder}/",  # noqa: S108 - what it says, to be replaced
            "/var/log/nginx/": f"{folder}/",
            "/etc/nginx/conf.d": f"{folder}/conf.d",
        },
    )
    user = "user root;\n" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(f"{user}daemon off;\n{outer}")
    command = [nginx.executable(), "-c", str(folder / "nginx.conf"), "-p", str(folder)]
    child = Child(command, folder / "log", lambda _child: accepts(port) and accepts(files_port))
    return Front(child, port, f"http://127.0.0.1:{files_port}")


def _replaced(text: str, pairs: dict[str, str]) -> str:
    for old, new in pairs.items():
        if old not in text:
            raise ValueError(f"docker/nginx no longer says {old!r}")
        text = text.replace(old, new)
    return text
