"""Run the simulator: ``python -m notify.simulator --port 8099``.

Prints its address as one line on standard output when it is ready, and ends cleanly on SIGTERM or SIGINT.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Mapping, Sequence

from aiohttp import web

from .app import build
from .provider import Account
from .validation import is_phone_number

# One of the numbers that the Swedish regulator (PTS) keeps free for fiction.
DEFAULT_NUMBER = "+46701740605"


def main(argv: Sequence[str] | None = None) -> None:
    """Read the options, serve until told to stop."""
    options = parse(argv, os.environ)
    account = Account(options.account_sid, options.auth_token, options.number)
    elks = Account(options.elks_username, options.elks_password, options.number)
    app = build(account, options.inbound_url, elks if options.elks_username else None)
    asyncio.run(serve(app, options.host, options.port))


def parse(argv: Sequence[str] | None, environ: Mapping[str, str]) -> argparse.Namespace:
    """The options, each from the command line or the environment. Exits with status 2 and says what is missing."""
    parser = argparse.ArgumentParser(
        prog="python -m notify.simulator",
        description="A local stand-in for the SMS APIs of Twilio and 46elks.",
    )
    parser.add_argument(
        "--port", type=int, required=True, help="port to listen on; 0 picks a free one"
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: %(default)s)"
    )
    parser.add_argument(
        "--account-sid", default=environ.get("TWILIO_ACCOUNT_SID"), help="or TWILIO_ACCOUNT_SID"
    )
    parser.add_argument(
        "--auth-token", default=environ.get("TWILIO_AUTH_TOKEN"), help="or TWILIO_AUTH_TOKEN"
    )
    parser.add_argument(
        "--elks-username",
        default=environ.get("ELKS_USERNAME") or "",
        help="also stand in for 46elks, at /a1; or ELKS_USERNAME",
    )
    parser.add_argument(
        "--elks-password", default=environ.get("ELKS_PASSWORD") or "", help="or ELKS_PASSWORD"
    )
    parser.add_argument(
        "--inbound-url",
        default=environ.get("SIMULATOR_INBOUND_URL") or None,
        help="address that gets what phones write, or SIMULATOR_INBOUND_URL; can be set later",
    )
    parser.add_argument(
        "--number",
        default=environ.get("SIMULATOR_NUMBER") or DEFAULT_NUMBER,
        help="the account's own number, for Messaging Services and first messages (default: %(default)s)",
    )
    options = parser.parse_args(argv)
    if not options.account_sid:
        parser.error("give --account-sid or set TWILIO_ACCOUNT_SID")
    if not options.auth_token:
        parser.error("give --auth-token or set TWILIO_AUTH_TOKEN")
    if bool(options.elks_username) != bool(options.elks_password):
        parser.error("give both --elks-username and --elks-password, or neither")
    if not is_phone_number(options.number):
        parser.error("--number must be in E.164 form, such as " + DEFAULT_NUMBER)
    return options


async def serve(app: web.Application, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT. Requests that still hang then get a second, not a minute."""
    stop = asyncio.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port, backlog=1024).start()
        sys.stdout.write(f"http://{_bracketed(host)}:{runner.addresses[0][1]}\n")
        sys.stdout.flush()
        await stop.wait()
    finally:
        await runner.cleanup()


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


if __name__ == "__main__":
    main()
