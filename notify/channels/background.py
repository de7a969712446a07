"""An event loop in a thread of its own that outlives the calls made in it.

Why a thread: connections stay open from one batch to the next; a caller that is busy with its
database does not make the calls in flight time out; and it works wherever the caller lives, in a
thread pool or under a loop of somebody else's.
"""

from __future__ import annotations

import asyncio
import os
import threading
import weakref
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from itertools import islice
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar, cast

import uvloop

Client = TypeVar("Client")
Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class _Running(Generic[Client]):
    loop: asyncio.AbstractEventLoop
    client: Client
    stop: asyncio.Event


class Background(Generic[Client]):
    """A running event loop with one client open in it. Thread-safe.

    It ends, and closes the client, by ``close``, when it is no longer referred to, or at exit.
    A forked child must make its own: see ``inherited``.
    """

    def __init__(self, open_client: Callable[[], AbstractAsyncContextManager[Client]]) -> None:
        """Start the thread and wait until the client is open; raises what opening it raised."""
        ready: Future[_Running[Client]] = Future()
        thread = threading.Thread(
            target=_live, args=(open_client, ready), name="notify-channel", daemon=True
        )
        thread.start()
        self._running = ready.result()
        self._pid = os.getpid()
        self.close = weakref.finalize(self, _end, self._running, thread, self._pid)

    @property
    def inherited(self) -> bool:
        """Whether this process got it by a fork, without its thread: it cannot run anything."""
        return self._pid != os.getpid()

    def each(
        self,
        call: Callable[[Client, Item], Awaitable[Result]],
        items: Iterable[Item],
        at_once: int,
        ready: int = 0,
    ) -> Iterator[Result]:
        """Call for each item, at most so many at once; yield the results in the order they come.

        items: drawn in the caller's thread, a few at a time, as calls end: never more than are under
        way and ``ready`` to follow, which go on while the next ones take their time to be drawn.

        Leaving the iteration early starts no further call, and cancels and awaits those in flight.
        An exception from ``call``, or from drawing an item, does the same and is raised here.
        """
        unending = self.each_or_pause(call, items, at_once, ready, patience=None)
        yield from cast("Iterator[Result]", unending)

    def each_or_pause(
        self,
        call: Callable[[Client, Item], Awaitable[Result]],
        items: Iterable[Item],
        at_once: int,
        ready: int = 0,
        *,
        patience: float | None,
    ) -> Iterator[Result | None]:
        """As ``each``; but yield None whenever no result has come for so many seconds."""
        arrived: SimpleQueue[list[Result] | None] = SimpleQueue()
        loop = self._running.loop
        flight = _Flight(loop, call, self._running.client, at_once, arrived.put)
        drawn, bite, out = iter(items), max(1, at_once // 4), 0
        try:
            while True:
                while out <= at_once + ready - bite and (some := list(islice(drawn, bite))):
                    out += len(some)
                    loop.call_soon_threadsafe(flight.board, some)
                try:
                    results = arrived.get(timeout=patience) if out else None
                except Empty:
                    yield None
                    continue
                if results is None:
                    break
                out -= len(results)
                yield from results
        except BaseException:
            loop.call_soon_threadsafe(flight.abort)
            while arrived.get() is not None:
                pass
            raise
        flight.raise_failure()


class Kept(Generic[Client]):
    """A background that starts when it is first needed, and anew in a forked child. Thread-safe."""

    def __init__(self, open_client: Callable[[], AbstractAsyncContextManager[Client]]) -> None:
        """Costs nothing yet: neither thread nor connection."""
        self._open = open_client
        self._background: Background[Client] | None = None
        self._lock = threading.Lock()

    def running(self) -> Background[Client]:
        """It, running."""
        with self._lock:
            if self._background is None or self._background.inherited:
                self._background = Background(self._open)
            return self._background

    def close(self) -> None:
        """End the thread and its connections; who needs it next starts them anew."""
        with self._lock:
            if self._background is not None:
                self._background.close()
            self._background = None


HAND_OVER_SECONDS = 0.01
"""How long results are collected before the waiting thread is woken: woken for each, it and the
event loop would fight for the interpreter's lock. The last ones do not wait."""


class _Flight(Generic[Client, Item, Result]):
    """The calls of one ``each``. Lives in the event loop; hands results over, None when it was ended."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        call: Callable[[Client, Item], Awaitable[Result]],
        client: Client,
        at_once: int,
        hand_over: Callable[[list[Result] | None], None],
    ) -> None:
        self._loop = loop
        self._call = call
        self._client = client
        self._at_once = at_once
        self._hand_over = hand_over
        self._waiting: deque[Item] = deque()
        self._done: list[Result] = []
        self._under_way: set[asyncio.Task[None]] = set()
        self._failure: BaseException | None = None
        self._ended = False

    def board(self, items: list[Item]) -> None:
        """Take more items on."""
        if self._ended:
            return
        self._waiting.extend(items)
        for _ in range(min(len(items), self._at_once - len(self._under_way))):
            task = self._loop.create_task(self._work())
            self._under_way.add(task)
            task.add_done_callback(self._landed)

    def abort(self) -> None:
        """Start no more, cancel what is under way, and say when all of it has ended."""
        self._ended = True
        self._waiting.clear()
        for task in self._under_way:
            task.cancel()
        if not self._under_way:
            self._empty()
            self._hand_over(None)

    def raise_failure(self) -> None:
        """Raise what a call raised."""
        if self._failure is not None:
            raise self._failure

    async def _work(self) -> None:
        while self._waiting:
            result = await self._call(self._client, self._waiting.popleft())
            if not self._done:
                self._loop.call_later(HAND_OVER_SECONDS, self._empty)
            self._done.append(result)

    def _empty(self) -> None:
        if self._done:
            self._hand_over(self._done)
            self._done = []

    def _landed(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if task.cancelled():
            # By abort, or because the event loop ends under it.
            failure: BaseException | None = None if self._ended else asyncio.CancelledError()
        else:
            failure = task.exception()
        if failure is not None:
            self._failure = self._failure or failure
            self.abort()
        elif not self._under_way:
            self._empty()
            if self._ended:
                self._hand_over(None)


def _live(
    open_client: Callable[[], AbstractAsyncContextManager[Client]],
    ready: Future[_Running[Client]],
) -> None:
    async def stay() -> None:
        async with open_client() as client:
            stop = asyncio.Event()
            ready.set_result(_Running(asyncio.get_running_loop(), client, stop))
            await stop.wait()

    try:
        # A third of a message's cost goes with asyncio's own loop.
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(stay())
    except Exception as error:
        if ready.done():
            raise
        ready.set_exception(error)


def _end(running: _Running[Client], thread: threading.Thread, pid: int) -> None:
    if pid != os.getpid() or not thread.is_alive():
        return
    running.loop.call_soon_threadsafe(running.stop.set)
    # Garbage may be collected in any thread, this one included.
    if thread is not threading.current_thread():
        thread.join(timeout=5)
