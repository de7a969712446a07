"""``manage.py create_api_key``: a key for another system."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date

from notify.api.keys import create_key
from notify.api.models import PERMISSIONS, Scope, may

DEFAULT_LIFE = timedelta(days=365)


class Command(BaseCommand):
    help = "Make an API key and print it, once. The key acts as the user, within its scopes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--user", required=True, help="the username that the key acts as")
        parser.add_argument("--name", default="", help="which system will use it")
        parser.add_argument(
            "--scope",
            required=True,
            action="append",
            choices=Scope.values,
            help="what it may do; give it more than once for more",
        )
        parser.add_argument(
            "--expires",
            metavar="DATE",
            help="the last day it works, as 2027-06-30, or “never”; a year from now unless given",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        scopes = [Scope(scope) for scope in options["scope"]]
        user = get_user_model().objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(f"There is no user {options['user']!r}.")
        if not user.is_active:
            raise CommandError(f"The user {options['user']!r} is not active.")
        if not user.is_staff:
            raise CommandError(
                f"The user {options['user']!r} is not staff: tick “Staff status” in the admin first."
            )
        missing = [PERMISSIONS[scope][0] for scope in scopes if not may(user, scope)]
        if missing:
            raise CommandError(
                f"{options['user']} lacks {', '.join(missing)}: give the user that permission in "
                "the admin, or leave the scope out."
            )
        key, shown = create_key(
            name=options["name"] or options["user"],
            user=user,
            scopes=scopes,
            expires_at=_end_of(options["expires"]),
        )
        self.stderr.write(f"{key.name}: works {_until(key.expires_at)}. It cannot be shown again.")
        self.stdout.write(shown)


def _end_of(day: str | None) -> datetime | None:
    """The end of that day where we are; None for a key that never expires."""
    if day is None:
        return _midnight_after(timezone.localdate() + DEFAULT_LIFE)
    if day == "never":
        return None
    try:
        parsed = parse_date(day)
    except ValueError:
        parsed = None
    if parsed is None or parsed == date.max:
        raise CommandError(f"{day!r} is not a date: give one as 2027-06-30, or “never”.")
    end = _midnight_after(parsed)
    if end <= timezone.now():
        raise CommandError(f"{day} has already passed.")
    return end


def _midnight_after(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time()))


def _until(end: datetime | None) -> str:
    """The last day, as it was given, of a key that ends at the midnight after it."""
    if end is None:
        return "until it is revoked"
    return f"up to and including {timezone.localtime(end).date() - timedelta(days=1)}"
