"""A real nginx that runs the configuration of docker/nginx in a temporary folder."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from notify.demo.children import accepts, free_port, running
from tests.provision import Missing

INSTALL = "nginx is missing. Install it: apt-get install nginx-light"
TEMPLATE = Path("docker/nginx/notify.conf.template")
OUTER = """
daemon off;
{user}
pid {folder}/pid;
error_log stderr;
events {{ worker_connections 64; }}
http {{
    access_log {access_log};
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/notify.conf;
}}
"""


def executable() -> str:
    """The path of nginx. Raises Missing when there is none."""
    if found := shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin"):
        return found
    raise Missing(INSTALL)


@contextlib.contextmanager
def started(
    root: Path,
    *,
    upstream: int,
    tls_proxy: str,
    access_log: Path | None = None,
    events: int = 9,
) -> Iterator[int]:
    """The port of an nginx in front of ``upstream`` and ``events``, other ports of 127.0.0.1."""
    port = free_port()
    replaced = {
        "${TLS_PROXY}": tls_proxy,
        "server web:8000;": f"server 127.0.0.1:{upstream};",
        "server events:8000;": f"server 127.0.0.1:{events};",
        "listen 8080 ": f"listen 127.0.0.1:{port} ",
    }
    with tempfile.TemporaryDirectory(prefix="notify-nginx-") as name:
        folder = Path(name)
        conf = (root / TEMPLATE).read_text().replace("/var/cache/notify", f"{folder}/cache")
        for old, new in replaced.items():
            assert old in conf, f"{TEMPLATE} no longer says {old!r}"
            conf = conf.replace(old, new)
        (folder / "notify.conf").write_text(conf)
        user = "user root;" if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(
            OUTER.format(folder=folder, user=user, access_log=access_log or "off")
        )
        command = [executable(), "-e", "stderr", "-c", str(folder / "nginx.conf"), "-p", name]
        log = folder / "log"
        with running(command, log=log, ready=lambda: accepts(port)):
            yield port
