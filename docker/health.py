"""Says by its exit code whether the process in this container is well: ``health.py web|worker|beat``.

Needs nothing but Python, so that the image carries no curl.
"""

import http.client
import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

BEAT_SCHEDULE = Path("/tmp/beat-schedule")  # noqa: S108 - a tmpfs of the container, as compose.yaml says
# Beat writes its schedule every 3 minutes (celery.beat.Scheduler.sync_every).
BEAT_SECONDS = 400


def web() -> bool:
    """Whether gunicorn answers, asked by the name that Django allows."""
    connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=4)
    connection.request(
        "GET", "/healthz", headers={"Host": urlsplit(os.environ["PUBLIC_URL"]).netloc}
    )
    return connection.getresponse().status == http.HTTPStatus.OK


def worker() -> bool:
    """Whether the worker of this container answers over the broker."""
    name = f"{os.environ['WORKER_NAME']}@{os.uname().nodename}"
    ping = [
        "celery",
        "-A",
        "config.worker",
        "inspect",
        "ping",
        "--timeout",
        "5",
        "--destination",
        name,
    ]
    return subprocess.run(ping, capture_output=True, check=False).returncode == 0  # noqa: S603


def beat() -> bool:
    """Whether beat still writes down when it last rang."""
    files = BEAT_SCHEDULE.parent.glob(f"{BEAT_SCHEDULE.name}*")  # the suffix is the platform's dbm
    return any(time.time() - path.stat().st_mtime < BEAT_SECONDS for path in files)


if __name__ == "__main__":
    try:
        well = {"web": web, "worker": worker, "beat": beat}[sys.argv[1]]()
    except OSError as error:
        sys.exit(f"Not well: {error}")
    sys.exit(0 if well else "Not well.")
