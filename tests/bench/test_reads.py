"""Reads, measured: what wrk says, what was reached, and the second door of the shipped nginx."""

from __future__ import annotations

import gzip
import http.client
from pathlib import Path

import pytest

from bench.reads.front import front
from bench.reads.load import Load, read
from notify.demo.children import alive, free_port
from tests.provision import Missing, nginx, skip_for

REPORT = """Running 1s test @ http://127.0.0.1:8080/
  1 threads and 64 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     3.59ms    2.11ms  40.67ms   91.67%
    Req/Sec    18.13k     1.97k   21.11k    70.00%
  18023 requests in 1.00s, 0.79GB read
{}Requests/sec:  17966.55
Transfer/sec:    808.86MB
"""


def test_wrk_is_understood() -> None:
    assert read(REPORT.format("")) == Load(17966.55, 0)


def test_every_kind_of_failure_counts() -> None:
    failed = "  Socket errors: connect 1, read 2, write 3, timeout 4\n"
    failed += "  Non-2xx or 3xx responses: 5\n"

    assert read(REPORT.format(failed)).errors == 15


def test_what_is_no_report_is_refused() -> None:
    with pytest.raises(ValueError, match="no rate"):
        read("unable to connect")


def test_goals_are_held_by_the_worst_document() -> None:
    from bench.reads.plan import Result, Spell
    from bench.reads.report import goals

    rates = {
        ("static", "list", "plain"): 1000.0, ("nginx", "list", "plain"): 950.0,
        ("static", "list", "gzip"): 1000.0, ("nginx", "list", "gzip"): 890.0,
        ("static", "feed", "plain"): 1000.0, ("nginx", "feed", "plain"): 1000.0,
        ("static", "feed", "gzip"): 1000.0, ("nginx", "feed", "gzip"): 1000.0,
        ("app", "list", "200"): 600.0, ("usual", "list", "200"): 100.0,
        ("app", "list", "304"): 600.0, ("usual", "list", "304"): 100.0,
        ("app", "feed", "200"): 700.0, ("usual", "feed", "200"): 100.0,
        ("app", "feed", "304"): 400.0, ("usual", "feed", "304"): 100.0,
    }  # fmt: skip
    spells = [Spell(*which, rate, 0, 20.0) for which, rate in rates.items()]
    found = {goal.what: goal for goal in goals(Result(spells, {"list": 1, "feed": 1}))}

    through = found["through nginx, of a static file"]
    assert (through.reached, through.found) == (False, "98%; worst list, gzip: 89%")
    assert found["the application alone, 200, of the usual way"].reached
    assert not found["the application alone, 304, of the usual way"].reached


def test_the_second_door_serves_files_as_they_are_and_compressed(tmp_path: Path) -> None:
    try:
        nginx.executable()
    except Missing as missing:
        skip_for(missing)
    files = tmp_path / "files"
    files.mkdir()
    (files / "list.json").write_bytes(b"{}")
    (files / "list.json.gz").write_bytes(gzip.compress(b"{}"))
    made = front(tmp_path / "nginx", files, port=free_port(), web=9, events=9)
    with alive(made.child):
        door = http.client.HTTPConnection(made.files_url.removeprefix("http://"), timeout=10)
        door.request("GET", "/list.json")
        assert door.getresponse().read() == b"{}"
        door.request("GET", "/list.json", headers={"Accept-Encoding": "gzip"})
        answer = door.getresponse()
        assert answer.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(answer.read()) == b"{}"
        door.close()
