"""``manage.py export_subscriber``: everything that is held on a number, as JSON."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand

from notify.dispatch.export import held_on_number
from notify.residents.asking import ask_for_phone


class Command(BaseCommand):
    help = (
        "Print everything that is held on a phone number as JSON. The number is read from standard "
        "input. Make sure that whoever asks has that phone."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(json.dumps(held_on_number(ask_for_phone()), ensure_ascii=False, indent=2))
