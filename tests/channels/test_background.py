from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from notify.channels.background import Background, Kept


class Desk:
    """A client that counts its calls and remembers the loop that it lives in."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.begun: list[int] = []
        self.cancelled = 0
        self.busy = 0
        self.busiest = 0
        self.closed = threading.Event()


desks: list[Desk] = []


@asynccontextmanager
async def open_desk() -> AsyncIterator[Desk]:
    desk = Desk()
    desks.append(desk)
    yield desk
    desk.closed.set()


async def double(desk: Desk, number: int) -> int:
    assert asyncio.get_running_loop() is desk.loop
    desk.begun.append(number)
    desk.busy += 1
    desk.busiest = max(desk.busiest, desk.busy)
    await asyncio.sleep(0)
    desk.busy -= 1
    return 2 * number


async def wait_unless_first(desk: Desk, number: int) -> int:
    desk.begun.append(number)
    if number:
        try:
            await asyncio.Event().wait()
        finally:
            desk.cancelled += 1
    return number


@pytest.fixture
def background() -> Iterator[Background[Desk]]:
    desks.clear()
    running = Background(open_desk)
    yield running
    running.close()


def test_every_item_has_its_result(background: Background[Desk]) -> None:
    results = list(background.each(double, range(1000), at_once=10))
    assert sorted(results) == list(range(0, 2000, 2))


def test_no_more_than_so_many_run_at_once(background: Background[Desk]) -> None:
    list(background.each(double, range(100), at_once=7))
    assert desks[0].busiest == 7


def test_one_client_serves_every_call(background: Background[Desk]) -> None:
    list(background.each(double, range(10), at_once=5))
    list(background.each(double, range(10), at_once=5))
    assert len(desks) == 1


def test_results_come_while_others_are_under_way(background: Background[Desk]) -> None:
    results = background.each(wait_unless_first, range(5), at_once=5)
    assert next(results) == 0


def test_leaving_early_ends_what_is_under_way_and_starts_no_more(
    background: Background[Desk],
) -> None:
    results = background.each(wait_unless_first, range(100), at_once=5)
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert desks[0].cancelled == len(desks[0].begun) - 1
    assert len(desks[0].begun) < 100


def test_what_a_call_raises_is_raised_to_who_asked(background: Background[Desk]) -> None:
    async def stumble(desk: Desk, number: int) -> int:
        raise LookupError(number)

    with pytest.raises(LookupError):
        list(background.each(stumble, range(3), at_once=1))
    assert list(background.each(double, [1], at_once=1)) == [2]


def test_no_more_are_drawn_than_are_under_way_and_ready_to_follow(
    background: Background[Desk],
) -> None:
    drawn: list[int] = []
    ahead: list[int] = []

    def items() -> Iterator[int]:
        for number in range(200):
            drawn.append(number)
            yield number

    for came, _result in enumerate(background.each(double, items(), at_once=8, ready=4)):
        ahead.append(len(drawn) - came)

    assert len(ahead) == 200
    assert max(ahead) <= 8 + 4


def test_what_was_drawn_goes_on_while_the_next_takes_its_time(background: Background[Desk]) -> None:
    begun: list[bool] = []

    def items() -> Iterator[int]:
        yield from range(4)
        # Would wait for ever if the first ones had to wait for this one.
        until = time.monotonic() + 10
        while len(desks[0].begun) < 4 and time.monotonic() < until:
            time.sleep(0.001)
        begun.append(len(desks[0].begun) == 4)
        yield 4

    assert len(list(background.each(double, items(), at_once=4, ready=4))) == 5
    assert begun == [True]


def test_what_drawing_raises_is_raised_and_ends_what_is_under_way(
    background: Background[Desk],
) -> None:
    def items() -> Iterator[int]:
        yield 1
        raise LookupError("the ledger is away")

    with pytest.raises(LookupError, match="the ledger is away"):
        list(background.each(wait_unless_first, items(), at_once=1, ready=1))
    assert desks[0].cancelled == len(desks[0].begun)
    assert list(background.each(double, [1], at_once=1)) == [2]


def test_several_threads_may_ask_at_once(background: Background[Desk]) -> None:
    sums: list[int] = []

    def ask() -> None:
        sums.append(sum(background.each(double, range(200), at_once=10)))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sums == [2 * sum(range(200))] * 4


def test_it_works_inside_another_running_loop(background: Background[Desk]) -> None:
    async def caller() -> list[int]:
        return list(background.each(double, [1, 2], at_once=2))

    assert sorted(asyncio.run(caller())) == [2, 4]


def test_closing_closes_the_client_and_ends_the_thread() -> None:
    before = threading.active_count()
    running = Background(open_desk)
    desk = desks[-1]
    running.close()
    assert desk.closed.is_set()
    assert threading.active_count() == before


def test_what_nobody_refers_to_closes_itself() -> None:
    running = Background(open_desk)
    desk = desks[-1]
    del running
    assert desk.closed.wait(5)


def test_a_client_that_does_not_open_says_why() -> None:
    class Broken(AbstractAsyncContextManager[Desk]):
        async def __aenter__(self) -> Desk:
            raise ValueError("no desk")

        async def __aexit__(self, *_raised: object) -> None:
            """Nothing was opened."""

    with pytest.raises(ValueError, match="no desk"):
        Background(Broken)


# Newer Pythons warn of just what this test is about.
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_knows_that_it_is_not_its_own(background: Background[Desk]) -> None:
    child = os.fork()
    if child == 0:
        os._exit(0 if background.inherited else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert not background.inherited


def test_what_is_kept_starts_when_it_is_needed_and_anew_after_it_was_closed() -> None:
    desks.clear()
    kept = Kept(open_desk)
    assert desks == []
    first = kept.running()
    assert kept.running() is first
    kept.close()
    assert desks[0].closed.wait(5)
    assert list(kept.running().each(double, [1, 2], 2)) in ([2, 4], [4, 2])
    assert len(desks) == 2
    kept.close()
    kept.close()
