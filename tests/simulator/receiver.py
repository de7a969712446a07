"""A web server of the product's kind: takes webhooks over a real socket and remembers exactly what came."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field

from aiohttp import web
from twilio.request_validator import RequestValidator

from tests.simulator_fixture import AUTH_TOKEN, wait_until


@dataclass(frozen=True)
class Webhook:
    """One request as it arrived: the whole URL, its form and its headers."""

    url: str
    form: dict[str, str]
    headers: dict[str, str]

    def is_signed(self) -> bool:
        """True when Twilio's own validator accepts the signature."""
        signature = self.headers["X-Twilio-Signature"]
        return bool(RequestValidator(AUTH_TOKEN).validate(self.url, self.form, signature))


@dataclass
class Receiver:
    """Answers each request with the next of ``answers`` (status, type, body), or with 204 when there is none."""

    url: str = ""
    received: list[Webhook] = field(default_factory=list)
    answers: list[tuple[int, str, str]] = field(default_factory=list)

    def wait(self, count: int) -> list[Webhook]:
        """Wait until at least ``count`` requests have come, and return all."""
        return wait_until(
            lambda: list(self.received) if len(self.received) >= count else [],
            f"{count} webhook(s)",
        )

    def statuses(self) -> list[str]:
        """The message statuses told so far, in order of arrival."""
        return [webhook.form["MessageStatus"] for webhook in self.received]

    async def handle(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.received.append(Webhook(f"{self.url}{request.raw_path}", form, dict(request.headers)))
        if not self.answers:
            return web.Response(status=204)
        status, content_type, body = self.answers.pop(0)
        return web.Response(status=status, content_type=content_type, text=body)


class ReceiverThread:
    """Runs a Receiver in a loop of its own until it is stopped."""

    def __init__(self) -> None:
        self.receiver = Receiver()
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> Receiver:
        self._thread.start()
        assert self._ready.wait(10), "the receiver did not start"
        return self.receiver

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        app = web.Application()
        app.router.add_post("/{path:.*}", self.receiver.handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self._ready.set()
        await self._stop.wait()
        await runner.cleanup()
