"""``manage.py erase_subscriber``: erase everything that is held on a number."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from notify.dispatch.erasure import erase_number
from notify.residents.asking import ask_for_phone


class Command(BaseCommand):
    help = (
        "Erase everything that is held on a phone number, which is read from standard input, and say "
        "how much that was. It cannot be undone, and is no opt-out: whoever subscribes again is welcome."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        erased = asdict(erase_number(ask_for_phone()))
        if not any(erased.values()):
            self.stdout.write("Nothing is held on that number.")
        for kind, count in erased.items():
            if count:
                self.stdout.write(f"{kind.replace('_', ' ')}: {count}")
