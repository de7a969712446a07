"""The two ledgers, ours and the provider's, as the tests read them: from outside, without our own code."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import psycopg

from tests.simulator_fixture import Simulator

FINAL = {"delivered", "failed", "withdrawn"}
REFERENCE = re.compile(r"\bref=d(\d+)\b")

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Delivery:
    """A row of our ledger. subscriber: the key of one, or None for an area."""

    key: int
    subscriber: int | None
    state: str
    error: str
    provider: str
    provider_id: str
    sending_at: datetime | None

    @classmethod
    def from_row(cls, row: Row) -> Delivery:
        """As ``OurLedger.sms`` selects it."""
        key, subscriber, state, error, provider, provider_id, sending_at = row
        return cls(key, subscriber, state, error, provider, provider_id, _moment(sending_at))


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message that the provider took. delivery: the key that its callback address names."""

    delivery: int
    sid: str
    to: str
    status: str


class OurLedger:
    """The house's database, read with plain SQL."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._server: psycopg.Connection[Row] | None = None

    def rows(self, statement: str, *parameters: object) -> list[Row]:
        """What a statement finds; ``%s`` stands for a parameter, on SQLite too."""
        if self._url.startswith("sqlite:"):
            with closing(sqlite3.connect(urlsplit(self._url).path, timeout=20)) as connection:
                return connection.execute(statement.replace("%s", "?"), parameters).fetchall()
        try:
            return self._line().execute(statement.encode(), parameters).fetchall()
        except psycopg.OperationalError:
            # It was killed since we asked last; whoever killed it has waited until it serves again.
            return self._line(anew=True).execute(statement.encode(), parameters).fetchall()

    def _line(self, *, anew: bool = False) -> psycopg.Connection[Row]:
        if anew:
            self.close()
        if self._server is None:
            self._server = psycopg.connect(self._url, autocommit=True)
        return self._server

    def close(self) -> None:
        """Leave the server; the next question connects anew."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def change(self, statement: str, *parameters: object) -> None:
        """Write behind the house's back."""
        if self._url.startswith("sqlite:"):
            with closing(sqlite3.connect(urlsplit(self._url).path, timeout=20)) as connection:
                connection.execute(statement.replace("%s", "?"), parameters)
                connection.commit()
        else:
            self._line().execute(statement.encode(), parameters)

    def dispatch(self, code: str, number: int) -> int | None:
        """The key of the dispatch of an alert's update, or None while it is not committed."""
        found = self.rows(
            "SELECT d.id FROM dispatch_dispatch d JOIN alerts_update u ON u.id = d.update_id "
            "JOIN alerts_alert a ON a.id = u.alert_id WHERE a.code = %s AND u.number = %s",
            code,
            number,
        )
        return int(found[0][0]) if found else None

    def expanded(self, dispatch: int) -> bool:
        """Whether everybody who is to be told has a row by now."""
        [[at]] = self.rows("SELECT expanded_at FROM dispatch_dispatch WHERE id = %s", dispatch)
        return at is not None

    def held(self, dispatch: int) -> int:
        """How many of its batches somebody holds, or seems to: a dead worker's lease must run out."""
        [[count]] = self.rows(
            "SELECT count(*) FROM dispatch_batch WHERE dispatch_id = %s AND leased_by <> ''",
            dispatch,
        )
        return int(count)

    def leased_until(self, dispatch: int) -> set[object]:
        """Until when those who hold its batches have them."""
        found = self.rows(
            "SELECT leased_until FROM dispatch_batch WHERE dispatch_id = %s AND leased_by <> ''",
            dispatch,
        )
        return {until for [until] in found}

    def sms(self, dispatch: int) -> list[Delivery]:
        """Every delivery by SMS."""
        found = self.rows(
            "SELECT id, subscriber_id, state, error, provider, provider_id, sending_at "
            "FROM dispatch_delivery WHERE dispatch_id = %s AND channel = 'sms' ORDER BY id",
            dispatch,
        )
        return [Delivery.from_row(row) for row in found]

    def direct_messages_open(self) -> int:
        """How many answers and codes are still on their way."""
        [[count]] = self.rows(
            "SELECT count(*) FROM dispatch_directmessage WHERE final_at IS NULL AND state <> 'sent'"
        )
        return int(count)


class TheirLedger:
    """What the provider took, whether or not we ever heard of it."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._first = self._seen = 0
        self._accepted: set[int] = set()

    def forget(self) -> None:
        """Read only what is accepted from now on: nobody asks again for what tests before had sent."""
        messages = self._simulator.ledger()
        self._first = self._seen = messages[-1]["number"] if messages else 0
        self._accepted.clear()

    def accepted(self) -> list[Accepted]:
        """Messages that answer to a delivery, oldest first, as they are now."""
        return list(self._since(self._first))

    def accepted_deliveries(self) -> set[int]:
        """The keys of deliveries of which a message was accepted; cheap to ask again and again."""
        for one in self._since(self._seen):
            self._accepted.add(one.delivery)
        return self._accepted

    def _since(self, number: int) -> Iterator[Accepted]:
        more = True
        while more:
            page = self._simulator.get(f"/simulator/ledger?since={number}&limit=10000")
            yield from _about_deliveries(page["messages"])
            number, more = page["next_since"], page["more"]
        self._seen = number


def _about_deliveries(messages: Iterable[dict[str, Any]]) -> Iterator[Accepted]:
    for one in messages:
        if match := REFERENCE.search(one["status_callback"] or ""):
            yield Accepted(int(match[1]), one["sid"], one["to"], one["status"])


def _moment(stored: datetime | str | None) -> datetime | None:
    """As PostgreSQL gives it, or as Django writes it into SQLite: in UTC."""
    if isinstance(stored, str):
        return datetime.fromisoformat(stored).replace(tzinfo=UTC)
    return stored
