"""A town full of subscribers, by COPY.

Everybody has a number of their own, a real ciphertext and a real blind index. Making those takes
some 25 µs each, so they are kept in a file under ``.state/`` for the next run: the keys are the same.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from django.db import connection
from django.utils import timezone

from notify.alerts.models import Area, Service
from notify.demo.children import ROOT
from notify.residents.models import Subscriber, Subscription
from notify.residents.secrecy import blind_index, encrypt

FILE = ROOT / ".state" / "bench" / "subscribers.tsv"
STRIDE = 7_368_787
"""A prime beyond any size: spreads those of one area over all keys, as in a real town."""
URGENT = 10_000
"""How many also ask for the area of the urgent alert."""
ENGLISH = 10
"""Every tenth reads English."""


@dataclass(frozen=True, slots=True)
class Town:
    """Whom an alert reaches. sizes: ascending; ``areas(size)`` concern exactly so many people. quiet:
    where nobody lives who has asked for anything."""

    service: Service
    parts: tuple[Area, ...]
    urgent: Area
    quiet: Area
    sizes: tuple[int, ...]

    def areas(self, size: int) -> list[Area]:
        """The areas in which so many people live; ``size`` is one of ``sizes``."""
        return [*self.parts[: self.sizes.index(size) + 1]]


def seed(sizes: Sequence[int]) -> Town:
    """Fill the empty database so that alerts can reach each of these numbers of people."""
    sizes = tuple(sorted(set(sizes)))
    service = Service.objects.create(slug="water", names={"sv": "Dricksvatten", "en": "Water"})
    city = Area.objects.create(code="1490", name="Borås", kind="municipality")
    parts = tuple(
        Area.objects.create(code=f"1490P{number}", name=f"Del {number}", parent=city)
        for number in range(len(sizes))
    )
    urgent = Area.objects.create(code="1490U", name="Centrum", parent=city)
    quiet = Area.objects.create(code="1490Q", name="Skogen", parent=city)
    town = Town(service, parts, urgent, quiet, sizes)
    _copy_people(sizes[-1])
    _copy_wishes(town)
    with connection.cursor() as cursor:
        # COPY gave the keys: the next that is given by itself comes after them.
        for model in (Subscriber, Subscription):
            table = model._meta.db_table
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", [table, 2 * sizes[-1] + 1]
            )
        cursor.execute("VACUUM ANALYZE")
    return town


def _copy_people(count: int) -> None:
    now = timezone.now()
    columns = "id, phone_index, phone_cipher, language, created_at, ended_reason"
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY residents_subscriber ({columns}) FROM STDIN") as copy,
    ):
        for key, (index, cipher) in enumerate(_numbers(count), 1):
            copy.write_row((key, index, cipher, "sv" if key % ENGLISH else "en", now, ""))


def _copy_wishes(town: Town) -> None:
    now, count = timezone.now(), town.sizes[-1]
    columns = "subscriber_id, area_id, service_id, created_at, ended_reason"
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY residents_subscription ({columns}) FROM STDIN") as copy,
    ):
        for key in range(1, count + 1):
            place = key * STRIDE % count
            area = town.parts[bisect_right(town.sizes, place)]
            copy.write_row((key, area.pk, town.service.pk, now, ""))
            if place < URGENT:
                copy.write_row((key, town.urgent.pk, town.service.pk, now, ""))


def _numbers(count: int) -> Iterator[tuple[str, str]]:
    """Blind index and ciphertext of so many numbers, made once and then read from the file."""
    if _known() < count:
        _make(count)
    with FILE.open() as lines:
        for line in islice(lines, count):
            index, _tab, cipher = line.rstrip().partition("\t")
            yield index, cipher


def _known() -> int:
    if not FILE.exists():
        return 0
    with FILE.open() as lines:
        return sum(1 for _line in lines)


def _make(count: int) -> None:
    FILE.parent.mkdir(parents=True, exist_ok=True)
    unfinished = FILE.with_suffix(".new")
    with unfinished.open("w") as lines:
        for number in range(count):
            phone = f"+467{number:08}"
            lines.write(f"{blind_index(phone)}\t{encrypt(phone)}\n")
    unfinished.replace(FILE)
