"""Waiting one's turn: messages leave in the order they came, urgent ones first, at the bucket's pace."""

from __future__ import annotations

import asyncio
import time
from collections import deque

from notify.channels.sms.bucket import Bucket, Grant

PATIENCE = 10.0
"""Seconds in which nothing may leave before those who wait are sent away. A batch's lease is renewed
when something happens to its messages, so a channel must not be silent for long."""
SHORTEST_SLEEP = 0.002
"""Seconds: the event loop cannot sleep for less, and the next message makes up for it."""
ASK_ABOUT_SILENCE = 1.0
"""Seconds between two looks, when there is no limit, whether somebody else was told to slow down."""
FIRST_BACK_OFF = 1.0
LONGEST_BACK_OFF = 32.0
CALM = 60.0
"""Seconds without a 429 after which the next one is the first again."""


class NotYet(Exception):
    """Nothing may leave for a while. retry_after: seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__()
        self.retry_after = retry_after


class Pace:
    """Whoever is about to send waits here. Belongs to one event loop, and is made in it."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._lines = {urgent: _Line(bucket, urgent=urgent) for urgent in (True, False)}
        self._look_at = 0.0
        self._looking: asyncio.Task[None] | None = None
        self._backed_off = FIRST_BACK_OFF
        self._slow_until = 0.0

    async def turn(self, segments: int, *, urgent: bool) -> None:
        """Return when a message of so many segments may leave; raises NotYet if that is far off."""
        if self._bucket.per_second or not self._silent_about_silence():
            await self._lines[urgent].turn(segments)

    async def slow_down(self, retry_after: float | None) -> float:
        """The provider said 429: everybody waits so long, or longer each time if it did not say.

        Returns the seconds. Many requests in flight are told the same at once: that is one time.
        """
        now = time.monotonic()
        if retry_after is None:
            if now < self._slow_until:
                return self._slow_until - now
            again = now - self._slow_until < CALM
            self._backed_off = (
                min(self._backed_off * 2, LONGEST_BACK_OFF) if again else FIRST_BACK_OFF
            )
        wait = self._backed_off if retry_after is None else retry_after
        if now + wait > self._slow_until:
            self._slow_until = now + wait
            await self._bucket.hold(wait)
        return wait

    async def close(self) -> None:
        """End the look that may be under way, before its connection is closed under it."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    def _silent_about_silence(self) -> bool:
        """Whether nobody is known to have been told to slow down; looks in the bucket now and then."""
        now = time.monotonic()
        if now >= self._look_at:
            self._look_at = now + ASK_ABOUT_SILENCE
            self._looking = asyncio.get_running_loop().create_task(self._look())
        return not self._bucket.held

    async def _look(self) -> None:
        grant = await self._bucket.reserve(0, urgent=False)
        if grant.wait:
            await self._bucket.hold(grant.wait)


class _Line:
    """Those who wait, urgent or not; a task that lives as long as there are any serves them."""

    def __init__(self, bucket: Bucket, *, urgent: bool) -> None:
        self._bucket = bucket
        self._urgent = urgent
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()
        self._serving: asyncio.Task[None] | None = None

    async def turn(self, segments: int) -> None:
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = loop.create_future()
        self._waiting.append((segments, turn))
        if self._serving is None or self._serving.done():
            self._serving = loop.create_task(self._serve())
        await turn

    async def _serve(self) -> None:
        try:
            moved = time.monotonic()
            while block := self._next_block():
                segments = sum(one for one, _turn in block)
                grant = await self._bucket.reserve(segments, urgent=self._urgent)
                if grant.wait is None:
                    await self._let_go(block, grant)
                    moved = time.monotonic()
                elif time.monotonic() + grant.wait - moved > PATIENCE:
                    self._send_away(NotYet(grant.wait))
                else:
                    await asyncio.sleep(max(grant.wait, SHORTEST_SLEEP))
        except Exception as error:
            self._send_away(error)
            raise

    def _next_block(self) -> list[tuple[int, asyncio.Future[None]]]:
        """The first in line who fit into one reservation, at least one; they stay in line."""
        while self._waiting and self._waiting[0][1].done():
            self._waiting.popleft()
        block: list[tuple[int, asyncio.Future[None]]] = []
        room = self._bucket.block
        for segments, turn in self._waiting:
            if block and segments > room:
                break
            block.append((segments, turn))
            room -= segments
        return block

    async def _let_go(self, block: list[tuple[int, asyncio.Future[None]]], grant: Grant) -> None:
        """One after the other, each when its first segment may leave."""
        at = time.monotonic() + grant.starts_in
        for segments, turn in block:
            pause = at - time.monotonic()
            if pause > SHORTEST_SLEEP:
                await asyncio.sleep(pause)
            self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
            at += segments / self._bucket.per_second if self._bucket.per_second else 0.0

    def _send_away(self, error: Exception) -> None:
        while self._waiting:
            _segments, turn = self._waiting.popleft()
            if not turn.done():
                turn.set_exception(error)
