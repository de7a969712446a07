"""``manage.py rotate_phone_keys``: everything that is encrypted, under the newest of PHONE_KEYS."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from notify.residents.rotation import Progress, rotate

MOST_PASSES = 5
"""Passes until nothing more turns up. More than two mean that somebody still writes with an old key."""


class Command(BaseCommand):
    help = (
        "Encrypt every phone number anew under the first key of PHONE_KEYS, and say when the others "
        "may be removed. It may be stopped and started again at any time."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        for _pass in range(MOST_PASSES):
            done = self._pass()
            if not any(column.rotated for column in done):
                break
        else:
            raise CommandError(
                "Numbers are still being written under an older key: restart every process with the "
                "new PHONE_KEYS, then run this again. Remove no key yet."
            )
        if lost := sum(column.unreadable for column in done):
            raise CommandError(
                f"{lost} values cannot be read with any of the keys in PHONE_KEYS. Add the key that "
                "they were written with and run this again. Remove no key yet."
            )
        self.stdout.write(self._conclusion())

    def _pass(self) -> list[Progress]:
        """One pass over everything, a line for each piece; returns where each column ended."""
        ends: dict[str, Progress] = {}
        for now in rotate():
            ends[now.column] = now
            self.stdout.write(
                f"{now.column}: {now.seen} of {now.total} read, {now.rotated} encrypted anew"
            )
        return list(ends.values())

    def _conclusion(self) -> str:
        older = len(settings.PHONE_KEYS) - 1
        everything = "Everything is under the newest key of PHONE_KEYS."
        if not older:
            return f"{everything} There is no other."
        keys = "The older key" if older == 1 else f"The {older} older keys"
        return (
            f"{everything} {keys} may be removed, once no process runs with other settings. Keep a copy "
            "as long as there are backups from before: only that reads them."
        )
