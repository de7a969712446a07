"""``manage.py load_city FOLDER``: load a city's areas, services and templates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from notify.alerts.city.entries import CityError
from notify.alerts.city.load import Changes, load


class Command(BaseCommand):
    help = (
        "Load a city's areas.geojson, services.json and templates.json, or bring them up to date."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="the folder that holds areas.geojson")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would change, change nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = load(options["folder"], dry_run=options["dry_run"])
        except CityError as error:
            raise CommandError("\n".join(["Nothing was loaded.", *error.problems])) from None
        for changes in done:
            self._tell(changes)
        if options["dry_run"]:
            self.stdout.write("This was a dry run: nothing was changed.")

    def _tell(self, changes: Changes) -> None:
        counts = (
            f"{len(changes.added)} added, {len(changes.changed)} changed, {changes.same} unchanged"
        )
        retired = f", {len(changes.retired)} no longer in use" if changes.retired else ""
        self.stdout.write(f"{changes.kind}: {counts}{retired}")
        for sign, labels in (("+", changes.added), ("~", changes.changed), ("-", changes.retired)):
            for label in labels:
                self.stdout.write(f"  {sign} {label}")
