"""How a process that cannot start says so: one sentence, and no traceback."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError


@contextmanager
def wrong_settings_end_in_a_sentence() -> Iterator[None]:
    """Read the settings; if they are wrong, or turn out so in the block, exit with what is wrong."""
    try:
        settings.INSTALLED_APPS  # noqa: B018 - the first look at the settings reads them all
        yield
    except ImproperlyConfigured as error:
        sys.exit(f"notify: {error}")


@contextmanager
def no_database_ends_in_a_sentence() -> Iterator[None]:
    """If the database cannot be reached in the block, exit with what it or the network says.

    Any other error of the database, and this one with ``--traceback``, passes as it is.
    """
    try:
        yield
    except OperationalError as error:
        if "--traceback" in sys.argv or not _is_unreachable(error):
            raise
        said = " ".join(str(error).split())
        sys.exit(f"notify: The database that DATABASE_URL names cannot be reached: {said}")


def _is_unreachable(error: OperationalError) -> bool:
    """PostgreSQL gives what it says itself an SQLSTATE; what went wrong on the way there has none.

    SQLite's way of not being there is a file that cannot be opened (SQLITE_CANTOPEN).
    """
    cause = error.__cause__
    name = getattr(cause, "sqlite_errorname", "")
    return name == "SQLITE_CANTOPEN" or getattr(cause, "sqlstate", "of SQLite") is None
