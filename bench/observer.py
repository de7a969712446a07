"""What the database did, seen by somebody who is not counted: a role and a connection of its own."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROLE = "observer"
PRELOAD = "shared_preload_libraries=pg_stat_statements"
TRANSACTIONS = r"^\s*(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|START TRANSACTION)\M"
"""Statements that only open or close a transaction: nobody counts those."""
CHECKS = r"^SELECT .* FROM ONLY .* FOR KEY SHARE OF x$"
"""PostgreSQL's own look for the row that a foreign key names, one per key and row: counted apart."""

COUNT = "SELECT coalesce(sum(calls), 0) FROM pg_stat_statements WHERE userid <> %s::regrole"
COSTLIEST = """
SELECT query, calls, total_exec_time, wal_bytes, rows FROM pg_stat_statements
WHERE userid <> %s::regrole ORDER BY total_exec_time DESC LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement with its values left out: how often, and in all how long and how much log."""

    text: str
    calls: int
    milliseconds: float
    wal_bytes: int
    rows: int


@dataclass(frozen=True, slots=True)
class Work:
    """What was asked of the database since ``forget``.

    statements: asked for by a client, without those that only open or close a transaction. checks:
    that PostgreSQL asked itself, for foreign keys. wal_bytes: of the write-ahead log, by everything.
    """

    statements: int
    checks: int
    wal_bytes: int
    costliest: tuple[Statement, ...]


class Observer:
    """Counts what every other role does."""

    def __init__(self, database_url: str) -> None:
        with psycopg.connect(database_url, autocommit=True) as owner:
            owner.execute(f"CREATE ROLE {ROLE} SUPERUSER LOGIN")
            owner.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        parts = urlsplit(database_url)
        theirs = parts._replace(netloc=f"{ROLE}@{parts.hostname}:{parts.port}")
        self._connection = psycopg.connect(urlunsplit(theirs), autocommit=True)
        self._position = "0/0"

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def forget(self) -> None:
        """Begin to count anew."""
        self._connection.execute("SELECT pg_stat_statements_reset()")
        self._position = str(self._one("SELECT pg_current_wal_lsn()"))

    def work(self, costliest: int = 12) -> Work:
        """What was done since."""
        checks = int(str(self._one(f"{COUNT} AND query ~ %s", ROLE, CHECKS)))
        asked = int(str(self._one(f"{COUNT} AND query !~* %s", ROLE, TRANSACTIONS)))
        return Work(
            statements=asked - checks,
            checks=checks,
            wal_bytes=int(
                str(self._one("SELECT pg_current_wal_lsn() - %s::pg_lsn", self._position))
            ),
            costliest=tuple(
                Statement(" ".join(str(text).split()), calls, milliseconds, int(wal), rows)
                for text, calls, milliseconds, wal, rows in self._connection.execute(
                    COSTLIEST, [ROLE, costliest]
                )
            ),
        )

    def execute(self, statement: str) -> None:
        """Do something that is not counted."""
        self._connection.execute(statement)

    def value(self, statement: str, *parameters: object) -> object:
        """The one value that a query answers."""
        return self._one(statement, *parameters)

    def _one(self, statement: str, *parameters: object) -> object:
        row = self._connection.execute(statement, parameters or None).fetchone()
        return row[0] if row else None
