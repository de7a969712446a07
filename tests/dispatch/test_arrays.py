"""Whatever is handed over as arrays arrives as it was, on both databases."""

from __future__ import annotations

import pytest
from django.db import connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as some

from notify.dispatch import arrays

TEXTS = some.text(some.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
BIGINTS = some.integers(-(2**63), 2**63 - 1)
NASTY = [
    "",
    "NULL",
    "null",
    "{}",
    '"',
    "\\",
    '\\"',
    "a,b",
    " a ",
    "%s",
    "å ä ö €",
    "\n\r\t",
    "'; --",
]


def through(rows: list[tuple[int, str, int]]) -> list[tuple[int, str, int]]:
    table = arrays.rows("given", key="bigint", word="text", number="bigint")
    with connection.cursor() as cursor:
        sql = f"SELECT key, word, number FROM {table}"  # noqa: S608 - ours
        cursor.execute(sql, arrays.values(rows))
        return [(key, word, number) for key, word, number in cursor.fetchall()]


@pytest.mark.django_db
@given(some.lists(some.tuples(BIGINTS, TEXTS, BIGINTS), min_size=1, max_size=20))
def test_rows_arrive_as_they_were_and_in_order(rows: list[tuple[int, str, int]]) -> None:
    assert through(rows) == rows


@pytest.mark.django_db
def test_no_text_means_anything_to_the_database() -> None:
    rows = [(number, word, 0) for number, word in enumerate(NASTY)]
    assert through(rows) == rows


@pytest.mark.django_db
def test_a_placeholder_stands_for_any_number_of_rows() -> None:
    placeholders = arrays.rows("given", key="bigint", word="text").count("%s")
    for count in (1, 1000):
        assert len(arrays.values([(1, "one")] * count)) == placeholders


@pytest.mark.django_db
def test_a_time_arrives_as_it_was() -> None:
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {arrays.INSTANT[connection.vendor]} = %s",
            [arrays.instant(now), connection.ops.adapt_datetimefield_value(now)],
        )
        assert cursor.fetchall() == [(True,)]
