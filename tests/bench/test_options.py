"""What may be typed after script/bench."""

from __future__ import annotations

import pytest

from bench.__main__ import parse
from bench.document import BEGIN, END, PAGE


def test_a_plain_fanout_has_sensible_options() -> None:
    options = parse(["fanout"])

    assert (options.recipients, options.processes, options.million) == (10_000, 2, False)


@pytest.mark.parametrize("recipients", ["0", "-1", "many", "1.5"])
def test_a_number_that_is_none_is_refused_with_a_sentence(
    recipients: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        parse(["fanout", "--recipients", recipients])

    assert stopped.value.code == 2
    assert "is not a number from 1 up" in capsys.readouterr().err


def test_the_page_that_write_docs_fills_has_a_place_for_each() -> None:
    page = PAGE.read_text()

    assert [page.count(BEGIN.format(what)) for what in ("fanout", "reads")] == [1, 1]
    assert page.count(END) == 2
