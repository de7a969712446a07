"""From figures to words: what is compared with what, and where it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.document import BEGIN, END, write_into
from bench.figures import Run, middle
from bench.observer import Work

MARK = BEGIN.format("fanout")


def run(way: str, seconds: float, *, cpu: float = 1.0, messages: int = 1000) -> Run:
    work = Work(statements=50, checks=3000, wal_bytes=messages * 2000, costliest=())
    return Run(
        way=way,
        messages=messages,
        latency_ms=0.0,
        seconds=seconds,
        sending_cpu=cpu,
        provider_cpu=0.1,
        first=0.1,
        last=seconds,
        peaks=(100.0, 90.0),
        together=150.0,
        work=None if way == "bare" else work,
    )


def test_the_run_in_the_middle_stands_for_its_rounds() -> None:
    assert middle([run("ours", 1.0), run("ours", 9.0), run("ours", 2.0)]).seconds == 2.0


def test_ways_are_compared_round_by_round() -> None:
    from bench.plan import Result

    # The machine was half as fast in the second round, for both.
    result = Result(runs=[run("bare", 1.0), run("ours", 2.0), run("ours", 4.0), run("bare", 2.0)])

    assert result.ratio("bare", 0.0, 1000) == 0.5


def test_a_goal_says_whether_it_was_reached() -> None:
    from bench.goals import goals
    from bench.plan import Result, Wish

    wish = Wish(1000, 2, 1, million=False, parts=frozenset(), latencies=frozenset())
    result = Result(runs=[run("bare", 1.0, cpu=0.9), run("ours", 2.0)])

    found = {goal.what: (goal.found, goal.reached) for goal in goals(result, wish)}

    assert found["messages/s, of the bare client's"] == ("50%", False)
    assert found["messages per CPU-second, of the bare client's"] == ("90%", True)
    assert found["SQL statements per SMS"] == ("0.050", True)


def test_the_report_is_a_table_with_a_row_per_way() -> None:
    from bench.plan import Result, Wish
    from bench.table import render

    wish = Wish(1000, 2, 1, million=False, parts=frozenset(), latencies=frozenset())

    report = render(Result(runs=[run("bare", 1.0), run("ours", 2.0)]), wish, "A machine.")

    assert report.startswith("A machine.")
    assert [line.split()[1] for line in report.splitlines() if " 0 ms " in line] == ["bare", "ours"]


def test_only_the_place_between_the_marks_is_overwritten(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text(f"Before\n{MARK}\nold\n{END}\nafter\n")

    write_into(page, "fanout", "new")

    assert page.read_text() == f"Before\n{MARK}\n\nnew\n\n{END}\nafter\n"


def test_a_page_without_the_marks_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text("Something else\n")

    with pytest.raises(ValueError, match="no place"):
        write_into(page, "fanout", "new")

    assert page.read_text() == "Something else\n"
