"""Being told a phone number by an operator, out of sight of process lists, histories and logs."""

from __future__ import annotations

import sys
from getpass import getpass

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError
from django.utils import translation

from notify.residents.phones import any_phone


def ask_for_phone() -> str:
    """The number (E.164) on the first line of standard input; at a terminal it is not shown.

    Raises CommandError with a sentence if there is none.
    """
    at_terminal = sys.stdin.isatty()
    written = getpass("Phone number (not shown): ") if at_terminal else sys.stdin.readline()
    with translation.override("en"):
        try:
            return any_phone(written.strip())
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from None
