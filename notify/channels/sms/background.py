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
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Generic, TypeVar

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
            target=_live, args=(open_client, ready), name="notify-sms", daemon=True
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
        items: Sequence[Item],
        at_once: int,
    ) -> Iterator[Result]:
        """Call for each item, at most so many at once; yield the results in the order they come.

        Leaving the iteration early starts no further call, and cancels and awaits those in flight.
        An exception from ``call`` ends it all and is raised here.
        """
        arrived: SimpleQueue[list[Result] | None] = SimpleQueue()
        loop, client = self._running.loop, self._running.client
        flight: list[asyncio.Task[None]] = []

        def take_off() -> None:
            flight.append(loop.create_task(_fly(call, client, items, at_once, arrived.put)))
            flight[0].add_done_callback(lambda _task: arrived.put(None))

        def abort() -> None:
            flight[0].cancel()

        loop.call_soon_threadsafe(take_off)
        try:
            while (results := arrived.get()) is not None:
                yield from results
        except BaseException:
            loop.call_soon_threadsafe(abort)
            while arrived.get() is not None:
                pass
            raise
        flight[0].result()


async def _fly(
    call: Callable[[Client, Item], Awaitable[Result]],
    client: Client,
    items: Sequence[Item],
    at_once: int,
    hand_over: Callable[[list[Result]], None],
) -> None:
    """Work through the items; hand over what is done once per turn of the loop.

    Handing over each result by itself would wake the waiting thread for each, and the two would
    fight for the interpreter's lock.
    """
    loop = asyncio.get_running_loop()
    todo = iter(items)
    done: list[Result] = []

    def empty() -> None:
        if done:
            hand_over(done[:])
            done.clear()

    async def work() -> None:
        for item in todo:
            result = await call(client, item)
            if not done:
                loop.call_soon(empty)
            done.append(result)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(at_once, len(items))):
                group.create_task(work())
    finally:
        empty()


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
        asyncio.run(stay())
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
