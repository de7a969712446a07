"""The practical limit: Twilio's official async client in a loop, and nothing else.

``python -m bench.bare --url URL --count N``: says "ready", waits for a line on standard input,
sends, and prints what it took as JSON. One process; the bench starts as many as ours has.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Iterator

from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.rest import Client

from bench.processes import memory

AT_ONCE = 100
"""Requests in flight per process, as many as ours."""
BODY = "Borås Energi: Vattenavbrott i Äspered\nEn ledning har gått sönder. Hämta vatten vid skolan."


async def send(url: str, count: int) -> None:
    """Send so many messages, and print the figures."""
    http = AsyncTwilioHttpClient()
    client = Client("AC" + "0" * 32, "secret", http_client=http)
    client.api.base_url = url
    numbers = iter(range(count))

    async def work(todo: Iterator[int]) -> None:
        for number in todo:
            await client.messages.create_async(
                to=f"+467{number:08}",
                from_="+46766860000",
                body=BODY,
                status_callback=f"https://notify.example/sms/status?ref=d{number}",
                validity_period=14_400,
            )

    print("ready", flush=True)
    sys.stdin.readline()
    began, cpu = time.time(), time.process_time()
    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(work(numbers))
    held = memory(os.getpid())
    figures = {
        "began": began,
        "ended": time.time(),
        "cpu": time.process_time() - cpu,
        "peak_mb": held.peaks[0],
        "together_mb": held.together,
    }
    await http.close()
    print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.bare")
    parser.add_argument("--url", required=True)
    parser.add_argument("--count", type=int, required=True)
    options = parser.parse_args()
    asyncio.run(send(options.url, options.count))
