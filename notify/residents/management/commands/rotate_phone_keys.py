"""``manage.py rotate_phone_keys``: every number under the newest of PHONE_KEYS and PHONE_INDEX_KEY."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from notify.residents.rotation import Progress, found_by_old_index_until, rotate

MOST_PASSES = 5
"""Passes until nothing more turns up. More than two mean that somebody still writes with an old key."""


class Command(BaseCommand):
    help = (
        "Encrypt and index every phone number anew under the first keys of PHONE_KEYS and "
        "PHONE_INDEX_KEY, and say when the others may be removed. It may be stopped and started again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        until = found_by_old_index_until()
        for _pass in range(MOST_PASSES):
            done = self._pass()
            if not any(one.rotated for one in done):
                break
        else:
            raise CommandError(
                "Numbers are still being written under an older key: restart every process with the "
                "new keys first, then run this again. Remove no key yet."
            )
        # Whose number cannot be read, its index cannot be made either: that is one value, not two.
        if lost := sum(one.unreadable for one in done if one.column.name == one.column.cipher):
            raise CommandError(
                f"{lost} values cannot be read with any of the keys in PHONE_KEYS. Add the key that "
                "they were written with and run this again. Remove no key yet."
            )
        self._conclude("PHONE_KEYS", settings.PHONE_KEYS, "may be removed now")
        when = f"{timezone.localtime(until):%Y-%m-%d %H:%M}"
        self._conclude(
            "PHONE_INDEX_KEY",
            settings.PHONE_INDEX_KEYS,
            f"may be removed after {when}: until then it finds who wants no codes (a later run "
            "names a later time; the first one holds)",
        )

    def _pass(self) -> list[Progress]:
        """One pass over everything, a line for each piece; returns where each column ended."""
        ends: dict[str, Progress] = {}
        for now in rotate():
            ends[str(now.column)] = now
            self.stdout.write(
                f"{now.column}: {now.seen} of {now.total} read, {now.rotated} written anew"
            )
        return list(ends.values())

    def _conclude(self, name: str, keys: list[str], older: str) -> None:
        """What holds for the older keys of a list, if there are any."""
        if len(keys) == 1:
            self.stdout.write(f"{name}: everything is under the one key.")
            return
        self.stdout.write(
            f"{name}: everything is under the first key. What stands behind it {older}. Keep a copy "
            "as long as there are backups from before: only that reads them."
        )
