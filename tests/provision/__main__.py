"""Run a command on a real PostgreSQL and a real Redis: ``python -m tests.provision COMMAND…``.

The command finds them in TEST_DATABASE_URL and TEST_REDIS_URL, and both are gone when it ends, also
when it is interrupted. Exits with the command's code, or with 69 (EX_UNAVAILABLE) and a sentence when
a server is not on this machine.
"""

import os
import signal
import subprocess
import sys

from tests.provision import Missing, postgres, redis


def main(command: list[str]) -> int:
    """Start both servers, run the command, stop them."""
    # A polite kill unwinds the stack like Ctrl-C does, so that the servers stop too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        given = os.environ.get("REDIS_URL", "")
        with postgres.started() as database_url, redis.available(given) as redis_url:
            urls = {"TEST_DATABASE_URL": database_url, "TEST_REDIS_URL": redis_url}
            return subprocess.run(command, env=os.environ | urls, check=False).returncode
    except Missing as missing:
        print(missing, file=sys.stderr)
        return os.EX_UNAVAILABLE
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("Usage: python -m tests.provision COMMAND…")
    sys.exit(main(sys.argv[1:]))
